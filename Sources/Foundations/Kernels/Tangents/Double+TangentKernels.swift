internal import CKernels

// The mirror of Float+TangentKernels.swift: the same lines with the other suffix.
extension Double: TangentKernels {
  package static func multiplyTangents(_ product: TangentProduct<Double>) -> Int {
    let none = ck_tangent_factor_f64()
    let call = ck_tangent_product_f64(
      b: product.shape.trials, m: product.shape.rows, k: product.shape.tangents,
      row: product.shape.stride, first: factor(product.first),
      second: product.second.map(factor) ?? none, beta: product.beta, base: product.base,
      e: product.e.base, f: product.f.base, mask: product.mask.base,
      base_trial: product.baseTrial, e_trial: product.e.trial, f_trial: product.f.trial,
      mask_trial: product.mask.trial, out: product.out, out_trial: product.outTrial,
      work: product.work)
    precondition(!product.isRounded, "products of bfloat16 are of single precision")
    return withUnsafePointer(to: call) { ck_tangent_product_run_f64($0) }
  }

  private static func factor(_ f: TangentFactor<Double>) -> ck_tangent_factor_f64 {
    ck_tangent_factor_f64(
      rows: f.rows, scale: f.scale, x: f.x, p: f.p, d: f.d.base, pairs: f.pairs, x_trial: f.xTrial,
      d_trial: f.d.trial)
  }

  package static func tangentWork(_ columns: Int, _ rows: Int) -> Int {
    ck_tangent_work_f64(columns, rows)
  }

  package static func directionWork(_ trials: Int, _ inputs: Int) -> Int {
    ck_tangent_direction_work_f64(trials, inputs)
  }

  package static func addDirections(_ d: TangentDirections<Double>) {
    let call = ck_tangent_direction_f64(
      b: d.shape.trials, m: d.shape.rows, n: d.inputs, k: d.shape.tangents,
      row: d.shape.stride, scale: d.scale, x: d.x.base, v: d.v, f: d.f.base, mask: d.mask.base,
      pairs: d.pairs, x_trial: d.x.trial, f_trial: d.f.trial, mask_trial: d.mask.trial, out: d.out,
      out_trial: d.outTrial, work: d.work)
    withUnsafePointer(to: call) { ck_tangent_direction_run_f64($0) }
  }

  package static func parameterStride(_ columns: Int) -> Int { ck_parameter_stride(columns) }

  package static func pairParameter(
    _ rows: Int, _ columns: Int, _ p: UnsafePointer<Double>, _ pairs: UnsafeMutablePointer<Double>
  ) {
    preconditionFailure("products of bfloat16 are of single precision")
  }

  package static func pairDirections(
    _ rows: Int, _ inputs: Int, _ tangents: Int, _ v: UnsafeMutablePointer<Double>,
    _ pairs: UnsafeMutablePointer<Double>
  ) {
    preconditionFailure("products of bfloat16 are of single precision")
  }

  package static func addTangentRows(_ r: TangentRows<Double>) {
    let call = ck_tangent_rows_f64(
      b: r.shape.trials, m: r.shape.rows, k: r.shape.tangents, row: r.shape.stride,
      scale: r.scale, in: r.input, d: r.d.base, in_trial: r.inputTrial, d_trial: r.d.trial,
      out: r.out, out_trial: r.outTrial, keep: r.keep ? 1 : 0)
    withUnsafePointer(to: call) { ck_tangent_rows_run_f64($0) }
  }

  package static func addTangentOuter(
    _ shape: TangentShape, _ scale: Double, _ s: UnsafePointer<Double>, _ v: UnsafePointer<Double>,
    _ f: EachRow<Double>, _ out: UnsafeMutablePointer<Double>, _ outTrial: Int
  ) {
    ck_tangent_outer_f64(
      shape.trials, shape.rows, shape.tangents, shape.stride, scale, s, v, f.base, f.trial, out,
      outTrial)
  }

  package static func residualTangents(
    _ shape: TangentShape, _ z: UnsafePointer<Double>, _ zTrial: Int, _ f: UnsafePointer<Double>,
    _ q: UnsafePointer<Double>?, _ out: UnsafeMutablePointer<Double>, _ outRow: Int
  ) {
    ck_residual_tangents_f64(
      shape.trials, shape.rows, shape.tangents, z, shape.stride, zTrial, f, q, out, outRow)
  }
}

internal import CKernels

// The mirror of Double+TangentKernels.swift: the same lines with the other suffix, and
// products of bfloat16 here alone.
extension Float: TangentKernels {
  package static func multiplyTangents(_ product: TangentProduct<Float>) -> Int {
    let none = ck_tangent_factor_f32()
    let call = ck_tangent_product_f32(
      b: product.shape.trials, m: product.shape.rows, k: product.shape.tangents,
      row: product.shape.stride, first: factor(product.first),
      second: product.second.map(factor) ?? none, beta: product.beta, base: product.base,
      e: product.e.base, f: product.f.base, mask: product.mask.base,
      base_trial: product.baseTrial, e_trial: product.e.trial, f_trial: product.f.trial,
      mask_trial: product.mask.trial, out: product.out, out_trial: product.outTrial,
      work: product.work)
    return withUnsafePointer(to: call) {
      product.isRounded ? ck_tangent_product_run_bf16($0) : ck_tangent_product_run_f32($0)
    }
  }

  private static func factor(_ f: TangentFactor<Float>) -> ck_tangent_factor_f32 {
    ck_tangent_factor_f32(
      rows: f.rows, scale: f.scale, x: f.x, p: f.p, d: f.d.base, pairs: f.pairs, x_trial: f.xTrial,
      d_trial: f.d.trial)
  }

  package static func tangentWork(_ columns: Int, _ rows: Int) -> Int {
    ck_tangent_work_f32(columns, rows)
  }

  package static func directionWork(_ trials: Int, _ inputs: Int) -> Int {
    ck_tangent_direction_work_f32(trials, inputs)
  }

  package static func addDirections(_ d: TangentDirections<Float>) {
    let call = ck_tangent_direction_f32(
      b: d.shape.trials, m: d.shape.rows, n: d.inputs, k: d.shape.tangents,
      row: d.shape.stride, scale: d.scale, x: d.x.base, v: d.v, f: d.f.base, mask: d.mask.base,
      pairs: d.pairs, x_trial: d.x.trial, f_trial: d.f.trial, mask_trial: d.mask.trial, out: d.out,
      out_trial: d.outTrial, work: d.work)
    withUnsafePointer(to: call) {
      d.pairs == nil ? ck_tangent_direction_run_f32($0) : ck_tangent_direction_run_bf16($0)
    }
  }

  package static func parameterStride(_ columns: Int) -> Int { ck_parameter_stride(columns) }

  package static func pairParameter(
    _ rows: Int, _ columns: Int, _ p: UnsafePointer<Float>, _ pairs: UnsafeMutablePointer<Float>
  ) {
    ck_parameter_pairs(rows, columns, p, pairs)
  }

  package static func pairDirections(
    _ rows: Int, _ inputs: Int, _ tangents: Int, _ v: UnsafeMutablePointer<Float>,
    _ pairs: UnsafeMutablePointer<Float>
  ) {
    ck_tangent_pairs(rows, inputs, tangents, v, pairs)
  }

  package static func addTangentRows(_ r: TangentRows<Float>) {
    let call = ck_tangent_rows_f32(
      b: r.shape.trials, m: r.shape.rows, k: r.shape.tangents, row: r.shape.stride,
      scale: r.scale, in: r.input, d: r.d.base, in_trial: r.inputTrial, d_trial: r.d.trial,
      out: r.out, out_trial: r.outTrial, keep: r.keep ? 1 : 0)
    withUnsafePointer(to: call) { ck_tangent_rows_run_f32($0) }
  }

  package static func addTangentOuter(
    _ shape: TangentShape, _ scale: Float, _ s: UnsafePointer<Float>, _ v: UnsafePointer<Float>,
    _ f: EachRow<Float>, _ out: UnsafeMutablePointer<Float>, _ outTrial: Int
  ) {
    ck_tangent_outer_f32(
      shape.trials, shape.rows, shape.tangents, shape.stride, scale, s, v, f.base, f.trial, out,
      outTrial)
  }

  package static func residualTangents(
    _ shape: TangentShape, _ z: UnsafePointer<Float>, _ zTrial: Int, _ f: UnsafePointer<Float>,
    _ q: UnsafePointer<Float>?, _ out: UnsafeMutablePointer<Float>, _ outRow: Int
  ) {
    ck_residual_tangents_f32(
      shape.trials, shape.rows, shape.tangents, z, shape.stride, zTrial, f, q, out, outRow)
  }
}

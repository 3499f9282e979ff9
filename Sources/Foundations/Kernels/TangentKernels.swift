internal import CKernels

/// The kernels of tangents by precision; `Arena` calls them.
///
/// Shapes and meaning of the arguments: `tangents.h` of CKernels.
package protocol TangentKernels: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The multiplications of numbers with rows of tangents that were done.
  static func multiplyTangents(_ product: TangentProduct<Self>) -> Int
  static func tangentWork(_ trials: Int, _ columns: Int, _ rows: Int) -> Int
  static func addDirections(_ directions: TangentDirections<Self>)
  static func addTangentRows(_ rows: TangentRows<Self>)
  static func addTangentOuter(
    _ shape: TangentShape, _ scale: Self, _ s: UnsafePointer<Self>, _ v: UnsafePointer<Self>,
    _ f: EachRow<Self>, _ out: UnsafeMutablePointer<Self>, _ outTrial: Int)
  static func residualTangents(
    _ shape: TangentShape, _ z: UnsafePointer<Self>, _ zTrial: Int, _ f: UnsafePointer<Self>,
    _ q: UnsafePointer<Self>?, _ out: UnsafeMutablePointer<Self>, _ outRow: Int)
}

/// Trials, rows of each, tangents of a row, and numbers from one row to the next.
package struct TangentShape {
  let trials: Int
  let rows: Int
  let tangents: Int
  let stride: Int

  package init(trials: Int, rows: Int, tangents: Int, stride: Int) {
    self.trials = trials
    self.rows = rows
    self.tangents = tangents
    self.stride = stride
  }
}

/// A number for every trial and row; nil for ones.
package struct EachRow<S> {
  let base: UnsafePointer<S>?
  /// Numbers from trial to trial.
  let trial: Int

  package init(_ base: UnsafePointer<S>?, trial: Int) {
    self.base = base
    self.trial = trial
  }
}

/// `scale · Σ_l d[b, l] p[l, j] x[b, l, :]`.
package struct TangentFactor<S> {
  let rows: Int
  let scale: S
  let x: UnsafePointer<S>
  let xTrial: Int
  let p: UnsafePointer<S>
  let d: EachRow<S>

  package init(
    rows: Int, scale: S, x: UnsafePointer<S>, xTrial: Int, p: UnsafePointer<S>, d: EachRow<S>
  ) {
    self.rows = rows
    self.scale = scale
    self.x = x
    self.xTrial = xTrial
    self.p = p
    self.d = d
  }
}

/// `out[b, j, :] ← f[b, j] (first + second) + beta e[b, j] base[b, j, :]`.
package struct TangentProduct<S> {
  package let shape: TangentShape
  package var first: TangentFactor<S>
  package var second: TangentFactor<S>?
  package var beta: S
  package var base: UnsafePointer<S>?
  package var baseTrial: Int
  package var e: EachRow<S>
  package var f: EachRow<S>
  package var mask: EachRow<S>
  package var out: UnsafeMutablePointer<S>
  package var outTrial: Int
  package var work: UnsafeMutablePointer<S>

  package init(
    shape: TangentShape, first: TangentFactor<S>, second: TangentFactor<S>?, beta: S,
    base: UnsafePointer<S>?, baseTrial: Int, e: EachRow<S>, f: EachRow<S>, mask: EachRow<S>,
    out: UnsafeMutablePointer<S>, outTrial: Int, work: UnsafeMutablePointer<S>
  ) {
    self.shape = shape
    self.first = first
    self.second = second
    self.beta = beta
    self.base = base
    self.baseTrial = baseTrial
    self.e = e
    self.f = f
    self.mask = mask
    self.out = out
    self.outTrial = outTrial
    self.work = work
  }
}

/// `out[b, j, :] += scale · f[b, j] Σ_i x[b, i] v[j, i, :]`.
package struct TangentDirections<S> {
  package let shape: TangentShape
  /// How many i there are.
  package let inputs: Int
  package let scale: S
  package let x: EachRow<S>
  package let v: UnsafePointer<S>
  package let f: EachRow<S>
  package let mask: EachRow<S>
  package let out: UnsafeMutablePointer<S>
  package let outTrial: Int
  package let work: UnsafeMutablePointer<S>

  package init(
    shape: TangentShape, inputs: Int, scale: S, x: EachRow<S>, v: UnsafePointer<S>,
    f: EachRow<S>, mask: EachRow<S>, out: UnsafeMutablePointer<S>, outTrial: Int,
    work: UnsafeMutablePointer<S>
  ) {
    self.shape = shape
    self.inputs = inputs
    self.scale = scale
    self.x = x
    self.v = v
    self.f = f
    self.mask = mask
    self.out = out
    self.outTrial = outTrial
    self.work = work
  }
}

/// `out[b, j, :] ← scale · d[b, j] in[b, j, :]` (+ out).
package struct TangentRows<S> {
  package let shape: TangentShape
  package let scale: S
  package let input: UnsafePointer<S>
  package let inputTrial: Int
  package let d: EachRow<S>
  package let out: UnsafeMutablePointer<S>
  package let outTrial: Int
  package let keep: Bool

  package init(
    shape: TangentShape, scale: S, input: UnsafePointer<S>, inputTrial: Int, d: EachRow<S>,
    out: UnsafeMutablePointer<S>, outTrial: Int, keep: Bool
  ) {
    self.shape = shape
    self.scale = scale
    self.input = input
    self.inputTrial = inputTrial
    self.d = d
    self.out = out
    self.outTrial = outTrial
    self.keep = keep
  }
}

/// What rows of tangents are rounded up to.
package enum TangentOrder {
  /// Tangents of a row are a multiple of it.
  package static let multiple = Int(CK_TANGENTS)
  /// Numbers that must be readable after a parameter.
  package static let slack = Int(CK_TANGENT_SLACK)
}

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
    return withUnsafePointer(to: call) { ck_tangent_product_run_f32($0) }
  }

  private static func factor(_ f: TangentFactor<Float>) -> ck_tangent_factor_f32 {
    ck_tangent_factor_f32(
      rows: f.rows, scale: f.scale, x: f.x, p: f.p, d: f.d.base, x_trial: f.xTrial,
      d_trial: f.d.trial)
  }

  package static func tangentWork(_ trials: Int, _ columns: Int, _ rows: Int) -> Int {
    ck_tangent_work_f32(trials, columns, rows)
  }

  package static func addDirections(_ d: TangentDirections<Float>) {
    let call = ck_tangent_direction_f32(
      b: d.shape.trials, m: d.shape.rows, n: d.inputs, k: d.shape.tangents,
      row: d.shape.stride, scale: d.scale, x: d.x.base, v: d.v, f: d.f.base, mask: d.mask.base,
      x_trial: d.x.trial, f_trial: d.f.trial, mask_trial: d.mask.trial, out: d.out,
      out_trial: d.outTrial, work: d.work)
    withUnsafePointer(to: call) { ck_tangent_direction_run_f32($0) }
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
    return withUnsafePointer(to: call) { ck_tangent_product_run_f64($0) }
  }

  private static func factor(_ f: TangentFactor<Double>) -> ck_tangent_factor_f64 {
    ck_tangent_factor_f64(
      rows: f.rows, scale: f.scale, x: f.x, p: f.p, d: f.d.base, x_trial: f.xTrial,
      d_trial: f.d.trial)
  }

  package static func tangentWork(_ trials: Int, _ columns: Int, _ rows: Int) -> Int {
    ck_tangent_work_f64(trials, columns, rows)
  }

  package static func addDirections(_ d: TangentDirections<Double>) {
    let call = ck_tangent_direction_f64(
      b: d.shape.trials, m: d.shape.rows, n: d.inputs, k: d.shape.tangents,
      row: d.shape.stride, scale: d.scale, x: d.x.base, v: d.v, f: d.f.base, mask: d.mask.base,
      x_trial: d.x.trial, f_trial: d.f.trial, mask_trial: d.mask.trial, out: d.out,
      out_trial: d.outTrial, work: d.work)
    withUnsafePointer(to: call) { ck_tangent_direction_run_f64($0) }
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

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
  /// p rounded to bfloat16, in pairs of neighbouring rows.
  let pairs: UnsafePointer<S>?

  package init(
    rows: Int, scale: S, x: UnsafePointer<S>, xTrial: Int, p: UnsafePointer<S>, d: EachRow<S>,
    pairs: UnsafePointer<S>?
  ) {
    self.rows = rows
    self.scale = scale
    self.x = x
    self.xTrial = xTrial
    self.p = p
    self.d = d
    self.pairs = pairs
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
  /// Whether numbers and tangents are rounded to bfloat16.
  package var isRounded: Bool

  package init(
    shape: TangentShape, first: TangentFactor<S>, second: TangentFactor<S>?, beta: S,
    base: UnsafePointer<S>?, baseTrial: Int, e: EachRow<S>, f: EachRow<S>, mask: EachRow<S>,
    out: UnsafeMutablePointer<S>, outTrial: Int, work: UnsafeMutablePointer<S>, isRounded: Bool
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
    self.isRounded = isRounded
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
  /// v rounded to bfloat16, in pairs of neighbouring i; then x is rounded too.
  package let pairs: UnsafePointer<S>?
  package let f: EachRow<S>
  package let mask: EachRow<S>
  package let out: UnsafeMutablePointer<S>
  package let outTrial: Int
  package let work: UnsafeMutablePointer<S>

  package init(
    shape: TangentShape, inputs: Int, scale: S, x: EachRow<S>, v: UnsafePointer<S>,
    pairs: UnsafePointer<S>?, f: EachRow<S>, mask: EachRow<S>,
    out: UnsafeMutablePointer<S>, outTrial: Int,
    work: UnsafeMutablePointer<S>
  ) {
    self.shape = shape
    self.inputs = inputs
    self.scale = scale
    self.x = x
    self.v = v
    self.pairs = pairs
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

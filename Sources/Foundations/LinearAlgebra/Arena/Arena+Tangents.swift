internal import Kernels

/// A product of tangents with a parameter: `scale · Σ_l d[b, l] p[l, j] x[b, l, :]`.
package struct TangentInput<S: Scalar> {
  let x: TangentSlot
  let d: RowNumbers?
  let parameter: Slot
  /// The parameter as `pairParameter` has written it, for a product that is rounded.
  let pairs: Slot?
  let scale: S

  package init(
    _ x: TangentSlot, by d: RowNumbers?, _ parameter: Slot, pairs: Slot? = nil, scale: S
  ) {
    self.x = x
    self.d = d
    self.parameter = parameter
    self.pairs = pairs
    self.scale = scale
  }
}

/// Rows of tangents that are added: `scale · d[b, j] x[b, j, :]`.
package struct TangentBase<S: Scalar> {
  let x: TangentSlot
  let d: RowNumbers?
  let scale: S

  package init(_ x: TangentSlot, by d: RowNumbers?, scale: S) {
    self.x = x
    self.d = d
    self.scale = scale
  }
}

/// The operations of tangents, all of them along the tangents of a row.
///
/// `f` multiplies the rows of what is added, and a result is wanted only where `mask` is not 0. What is
/// multiplied by 0 is never read.
extension Arena {
  /// `out[b, j, :] ← f[b, j] (first + second) + base`; `base` may be `out` as it is.
  ///
  /// `rounding`: parameters and scaled tangents are rounded to bfloat16 where the product is large
  /// enough.
  /// - Returns: multiplications and additions that were done, those of zeros left out.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func multiplyTangents(
    _ first: TangentInput<S>, _ second: TangentInput<S>?, base: TangentBase<S>?,
    by f: RowNumbers?, where mask: RowNumbers?, into out: TangentSlot, work: Slot,
    rounding: Bool = false
  ) -> Int {
    guard out.trials > 0 else { return 0 }
    let rows = first.x.rows + (second?.x.rows ?? 0)
    precondition(
      work.count >= S.tangentWork(out.rows, rows), "\(work) for \(rows) rows")
    let isRounded = rounding && RoundedProducts.pay(rows, out.rows)
    precondition(
      !isRounded || (first.pairs != nil && (second == nil || second?.pairs != nil)),
      "a parameter whose products are rounded has no pairs")
    let done = S.multiplyTangents(
      TangentProduct(
        shape: out.shape, first: factor(first, for: out),
        second: second.map { factor($0, for: out) },
        beta: base?.scale ?? 0, base: base.map { UnsafePointer(address($0.x)) },
        baseTrial: base?.x.trialStride ?? 0, e: numbers(base?.d, out), f: numbers(f, out),
        mask: numbers(mask, out), out: address(out), outTrial: out.trialStride,
        work: address(work), isRounded: isRounded))
    return 2 * done * out.tangents
  }

  /// The numbers of work space that `multiplyTangents` needs.
  package static func tangentWork(columns: Int, rows: Int) -> Int {
    S.tangentWork(columns, rows)
  }

  /// The numbers of work space that `addDirections` needs.
  package static func directionWork(trials: Int, inputs: Int) -> Int {
    S.directionWork(trials, inputs)
  }

  private func factor(_ input: TangentInput<S>, for out: TangentSlot) -> TangentFactor<S> {
    let (x, p) = (input.x, input.parameter)
    precondition(
      x.trials == out.trials && x.rows == p.rows && p.columns == out.rows
        && x.tangents == out.tangents && x.stride == out.stride, "\(x) by \(p) into \(out)")
    return TangentFactor(
      rows: x.rows, scale: input.scale, x: address(x), xTrial: x.trialStride, p: address(p),
      d: numbers(input.d, x), pairs: input.pairs.map { UnsafePointer(address($0)) })
  }

  /// `out[b, j, :] += scale · f[b, j] Σ_i x[b, i] v[j, i, :]`, with ones for an absent x.
  ///
  /// v has one row for each (j, i), i fastest; with its `pairs`, x is rounded as v has been.
  /// - Returns: multiplications and additions, as if no result were left out.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func addDirections(
    _ x: Slot?, _ v: Slot, pairs: Slot? = nil, scale: S, by f: RowNumbers?,
    where mask: RowNumbers?, into out: TangentSlot, work: Slot
  ) -> Int {
    let inputs = x?.columns ?? 1
    precondition(
      (x?.rows ?? out.trials) == out.trials && v.rows == inputs * out.rows
        && v.columns == out.tangents && work.count >= S.directionWork(out.trials, inputs)
        && (pairs == nil || x != nil),
      "\(v) into \(out)")
    S.addDirections(
      TangentDirections(
        shape: out.shape, inputs: inputs, scale: scale,
        x: EachRow(x.map { UnsafePointer(address($0)) }, trial: inputs), v: address(v),
        pairs: pairs.map { UnsafePointer(address($0)) }, f: numbers(f, out),
        mask: numbers(mask, out), out: address(out),
        outTrial: out.trialStride, work: address(work)))
    return x == nil ? 0 : 2 * out.trials * v.rows * v.columns
  }

  /// Rounds directions of `inputs` inputs a row of the result to bfloat16, and writes their pairs.
  package mutating func pairDirections(_ v: Slot, inputs: Int, into pairs: Slot) {
    precondition(
      v.rows % inputs == 0
        && pairs.count >= RoundedProducts.pairs(v.rows / inputs, inputs) * v.columns,
      "\(v) into \(pairs)")
    S.pairDirections(v.rows / inputs, inputs, v.columns, address(v), address(pairs))
  }

  /// Rounds a parameter to bfloat16, and writes neighbouring rows as pairs.
  package mutating func pairParameter(_ parameter: Slot, into pairs: Slot) {
    precondition(
      pairs.rows == (parameter.rows + 1) / 2
        && pairs.columns == S.parameterStride(parameter.columns), "\(parameter) into \(pairs)")
    S.pairParameter(parameter.rows, parameter.columns, address(parameter), address(pairs))
  }

  /// `out[b, j, :] ← scale · d[b, j] x[b, j, :]` (+ out).
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func addTangentRows(
    _ rows: TangentBase<S>, into out: TangentSlot, keep: Bool
  ) {
    let x = rows.x
    precondition(
      x.trials == out.trials && x.rows == out.rows && x.tangents == out.tangents
        && x.stride == out.stride, "\(x) into \(out)")
    S.addTangentRows(
      TangentRows(
        shape: out.shape, scale: rows.scale, input: address(x), inputTrial: x.trialStride,
        d: numbers(rows.d, out), out: address(out), outTrial: out.trialStride, keep: keep))
  }

  /// `out[b, j, :] += scale · f[b, j] s[b, :] v[j, :]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func addTangentOuter(
    _ s: Slot, _ v: Slot, scale: S, by f: RowNumbers?, into out: TangentSlot
  ) {
    precondition(
      s.rows == out.trials && v.rows == out.rows && s.columns == out.tangents
        && v.columns == out.tangents, "\(s) with \(v) into \(out)")
    S.addTangentOuter(
      out.shape, scale, address(s), address(v), numbers(f, out), address(out), out.trialStride)
  }

  /// `out[(b, j), at + k] ← f[b, j] (z[b, j, k] − Σ_j q[b, j] z[b, j, k])` for `count` tangents.
  ///
  /// Without q the sum is absent.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func residualTangents(
    _ z: TangentSlot, count: Int, factor f: Slot, mean q: Slot?, into out: Slot, at: Int
  ) {
    precondition(
      f.rows == z.trials && f.columns == z.rows && out.rows == f.count && count <= z.tangents
        && at + count <= out.columns && (q?.count ?? f.count) == f.count,
      "\(z) with \(f) into \(out) at \(at)")
    guard f.count > 0 else { return }
    S.residualTangents(
      TangentShape(trials: z.trials, rows: z.rows, tangents: count, stride: z.stride),
      address(z), z.trialStride, address(f), q.map { UnsafePointer(address($0)) },
      address(out) + at, out.columns)
  }

  /// Sets tangents to zero, and what is between their rows.
  package mutating func clear(_ tangents: TangentSlot) {
    address(tangents).update(repeating: 0, count: tangents.extent)
  }

  /// Adds `Σ_r x[r, k]²` to the sum of every column.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func addColumnSquares(_ x: Slot, to sums: inout [Double]) {
    precondition(sums.count <= x.columns, "\(sums.count) sums of \(x)")
    let base = address(x)
    for r in 0..<x.rows {
      for k in sums.indices {
        let number = Double(base[r * x.columns + k])
        sums[k] += number * number
      }
    }
  }

  /// The address of tangents, checked.
  private func address(_ tangents: TangentSlot) -> UnsafeMutablePointer<S> {
    address(Slot(offset: tangents.offset, rows: 1, columns: tangents.extent))
  }

  /// The address of a number for each trial and row of tangents, checked.
  private func numbers(_ numbers: RowNumbers?, _ tangents: TangentSlot) -> EachRow<S> {
    guard let numbers else { return EachRow(nil, trial: 0) }
    let extent = (tangents.trials - 1) * numbers.trial + tangents.rows
    return EachRow(
      address(Slot(offset: numbers.offset, rows: 1, columns: max(0, extent))),
      trial: numbers.trial)
  }
}

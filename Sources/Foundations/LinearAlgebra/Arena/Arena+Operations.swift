internal import Kernels

/// The operations of network steps and their derivatives on slots.
///
/// `keep: true` adds to the target, `false` overwrites it.
extension Arena {
  /// `C ← scale · op(A) op(B)` (+ C).
  ///
  /// - Complexity: 2mnk flops.
  package mutating func multiply(
    _ a: Slot, transposeA: Bool = false, _ b: Slot, transposeB: Bool = false, into c: Slot,
    scale: S = 1, keep: Bool
  ) {
    let m = transposeA ? a.columns : a.rows
    let k = transposeA ? a.rows : a.columns
    precondition(
      c.rows == m && k == (transposeB ? b.columns : b.rows)
        && c.columns == (transposeB ? b.rows : b.columns), "A is \(a), B is \(b), C is \(c)")
    guard m > 0, c.columns > 0 else { return }
    let n = c.columns
    if !transposeA && !transposeB && k >= 1 && (k <= 8 || n <= 8) {
      // A general product would spend its time packing.
      let kernel = k <= 8 ? S.thinInner : S.thinOuter
      kernel(m, n, k, scale, address(a), k, address(b), n, address(c), n, keep)
      return
    }
    S.gemm(
      transposeA, transposeB, m, n, k, scale, address(a), max(1, a.columns),
      address(b), max(1, b.columns), keep ? 1 : 0, address(c), n)
  }

  /// `y ← f(x)`, and `slope ← f′(x)` if a slot is given; the number names the function.
  package mutating func map(_ function: Int, _ x: Slot, into y: Slot, slope: Slot?) {
    precondition(x.count == y.count && (slope?.count ?? x.count) == x.count, "\(x) to \(y)")
    S.map(function, x.count, address(x), address(y), slope.map { address($0) })
  }

  /// `out[:, at ..< at + width] ← scale · in[:, from ..< from + width]` (+ out).
  package mutating func addColumns(
    of input: Slot, from: Int, width: Int, scale: S, to out: Slot, at: Int, keep: Bool
  ) {
    precondition(
      input.rows == out.rows && from + width <= input.columns && at + width <= out.columns,
      "\(width) columns of \(input) from \(from) to \(out) at \(at)")
    S.addColumns(
      input.rows, width, scale, address(input) + from, input.columns, address(out) + at,
      out.columns, keep)
  }

  /// `out[b, k, :] ← in[b, k, :] ∘ d[b, :]` (+ out); `out` may be `input` unless it keeps.
  package mutating func modulate(_ input: Slot, by d: Slot, into out: Slot, keep: Bool) {
    guard d.rows > 0 else { return }
    let k = input.rows / d.rows
    precondition(
      input.count == out.count && k * d.rows == input.rows && input.columns == d.columns,
      "\(input) by \(d) into \(out)")
    S.modulate(d.rows, k, d.columns, address(input), address(d), address(out), keep)
  }

  /// `out[b, j] ← out[b, j] d[b, from + j]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func multiplyColumns(_ out: Slot, by d: Slot, from: Int) {
    precondition(
      d.rows == out.rows && from + out.columns <= d.columns, "\(out) by \(d) from \(from)")
    let (target, factors) = (address(out), address(d) + from)
    for b in 0..<out.rows {
      for j in 0..<out.columns { target[b * out.columns + j] *= factors[b * d.columns + j] }
    }
  }

  /// `out[b, k, :] ← scale · v[k, :]` (+ out).
  package mutating func addRows(_ v: Slot, scale: S, into out: Slot, keep: Bool) {
    guard v.rows > 0 else { return }
    let b = out.rows / v.rows
    precondition(b * v.rows == out.rows && v.columns == out.columns, "\(v) into \(out)")
    S.addRows(b, v.rows, v.columns, scale, address(v), address(out), keep)
  }

  /// `out[0, :] += scale · Σ_r in[r, :]`.
  package mutating func addColumnSums(of input: Slot, scale: S, into out: Slot) {
    precondition(out.count == input.columns, "\(input) into \(out)")
    S.addColumnSums(input.rows, input.columns, scale, address(input), address(out))
  }
}

extension Arena {
  /// `x ← factor · x`.
  package mutating func scale(_ x: Slot, by factor: S) {
    S.addColumns(1, x.count, factor, address(x), x.count, address(x), x.count, false)
  }

  /// `X ← L⁻ᵀ X`, L lower triangular (what stands above its diagonal is not read).
  ///
  /// - Complexity: m² flops a column.
  package mutating func solveTransposed(_ l: MatrixView<S>, _ x: Slot) {
    precondition(l.rows == x.rows && l.columns == x.rows, "L is \(l.rows)×\(l.columns), X is \(x)")
    guard x.count > 0 else { return }
    S.trsm(false, true, x.rows, x.columns, l.base, l.stride, address(x), x.columns)
  }
}

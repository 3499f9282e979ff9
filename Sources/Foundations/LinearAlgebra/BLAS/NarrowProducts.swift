internal import Kernels

/// `C ← A B + keep · C` where B has few columns: A is read once, where it lies.
///
/// A general product copies A to where its kernel wants it, which takes several times as long
/// as the arithmetic with twenty columns. A may be transposed; where B is, or has many columns,
/// or A is small, it is `multiply`.
///
/// - Complexity: 2mnk flops, on `BLAS.threads` threads; k × n numbers of memory for each.
package func multiplyNarrow<S: Scalar>(
  _ a: MatrixView<S>, _ b: MatrixView<S>, into c: inout MutableMatrixView<S>, keep: Bool = false
) {
  guard
    !b.isTransposed, b.columns > 0, b.columns <= NarrowKernels<S>.mostColumns,
    a.rows * a.columns >= leastNarrowEntries
  else { return multiply(a, b, into: &c, keep: keep ? 1 : 0) }
  precondition(
    a.columns == b.rows && c.rows == a.rows && c.columns == b.columns,
    "A is \(a.rows)×\(a.columns), B is \(b.rows)×\(b.columns), C is \(c.rows)×\(c.columns)")
  let threads = min(BLAS.threads, a.rows)
  let (from, with, into) = (Lines(a), Lines(b), Lines(c))
  guard threads > 1 else { return multiplyRows(0..<from.rows, from, with, into, keep: keep) }
  // No part throws, and each has rows of C of its own.
  _ = try? parallelMap(count: threads, threads: threads) { part in
    let (first, end) = (from.rows * part / threads, from.rows * (part + 1) / threads)
    multiplyRows(first..<end, from, with, into, keep: keep)
  }
}

/// Entries of A from which on its copy would leave the first caches.
private let leastNarrowEntries = 1 << 15

/// Where a matrix lies, for a call that ends before its view does.
private struct Lines<S: Scalar>: @unchecked Sendable {
  let base: UnsafeMutablePointer<S>
  let rows: Int
  let columns: Int
  let stride: Int
  let isTransposed: Bool

  init(_ view: MatrixView<S>) {
    base = UnsafeMutablePointer(mutating: view.base)
    (rows, columns) = (view.rows, view.columns)
    (stride, isTransposed) = (max(1, view.stride), view.isTransposed)
  }

  init(_ view: borrowing MutableMatrixView<S>) {
    base = view.base
    (rows, columns) = (view.rows, view.columns)
    (stride, isTransposed) = (max(1, view.stride), false)
  }
}

/// Some rows of the product, a few terms of their sums at a time.
private func multiplyRows<S: Scalar>(
  _ rows: Range<Int>, _ a: Lines<S>, _ b: Lines<S>, _ c: Lines<S>, keep: Bool
) {
  let height = a.isTransposed ? rows.count : min(termsAtOnce, a.columns)
  let work = Matrix<S>(rows: max(1, height), columns: NarrowKernels<S>.width(b.columns))
  var first = 0
  repeat {
    let terms = min(termsAtOnce, a.columns - first)
    let (row, column) = a.isTransposed ? (first, rows.lowerBound) : (rows.lowerBound, first)
    NarrowKernels<S>.multiply(
      rows.count, b.columns, terms, transposing: a.isTransposed,
      a.base + row * a.stride + column, a.stride, b.base + first * b.stride, b.stride,
      c.base + rows.lowerBound * c.stride, c.stride, keep: keep || first > 0, work.base)
    first += terms
  } while first < a.columns
}

/// Terms that are summed before they are added to what was there: sums of many in float32 would
/// lose digits.
private let termsAtOnce = 1024

import Foundation
import Kernels
import LinearAlgebra
import Testing

/// Products with few columns against sums written out here.
@Suite struct NarrowProductTests {
  /// Numbers in (−1, 1).
  private func matrix<S: Scalar>(_ rows: Int, _ columns: Int, seed: Double) -> Matrix<S> {
    var result = Matrix<S>(rows: rows, columns: columns)
    for i in 0..<rows {
      for j in 0..<columns { result[i, j] = S(sin(1000 * seed + 0.7 * Double(i * columns + j))) }
    }
    return result
  }

  /// The largest error of `C + A B`, or of `A B`, beyond that of one sum in S.
  private func error<S: Scalar>(
    rows: Int, depth: Int, columns: Int, transposed: Bool, keep: Bool, as: S.Type
  ) -> Double {
    let a: Matrix<S> = transposed ? matrix(depth, rows, seed: 1) : matrix(rows, depth, seed: 1)
    let b: Matrix<S> = matrix(depth, columns, seed: 2)
    let before: Matrix<S> = matrix(rows, columns, seed: 3)
    var c = before.copy()
    var target = c.mutableView
    multiplyNarrow(transposed ? a.view.transposed : a.view, b.view, into: &target, keep: keep)
    var worst = 0.0
    for i in 0..<rows {
      for j in 0..<columns {
        var exact = keep ? Double(before[i, j]) : 0
        for l in 0..<depth {
          exact += Double(transposed ? a[l, i] : a[i, l]) * Double(b[l, j])
        }
        worst = max(worst, abs(Double(c[i, j]) - exact))
      }
    }
    return worst
  }

  @Test(arguments: [2, 3, 4], [1, 20])
  func agreeWithSums(level: Int, columns: Int) {
    withProcessorLevel(atMost: level) {
      // Enough entries for the kernel; rows and terms that fill no tile.
      for (rows, depth) in [(33, 1100), (1101, 35)] {
        for transposed in [false, true] {
          for keep in [false, true] {
            #expect(
              error(
                rows: rows, depth: depth, columns: columns, transposed: transposed, keep: keep,
                as: Double.self) < 1e-12)
            #expect(
              error(
                rows: rows, depth: depth, columns: columns, transposed: transposed, keep: keep,
                as: Float.self) < 1e-3)
          }
        }
      }
    }
  }

  /// With more columns than the kernels take, or a transposed second factor, they stand back.
  @Test func otherShapesAreProductsToo() {
    #expect(
      error(rows: 40, depth: 900, columns: 33, transposed: false, keep: true, as: Double.self)
        < 1e-12)
    let a: Matrix<Double> = matrix(40, 900, seed: 1)
    let b: Matrix<Double> = matrix(5, 900, seed: 2)
    var c = Matrix<Double>(rows: 40, columns: 5)
    var target = c.mutableView
    multiplyNarrow(a.view, b.view.transposed, into: &target)
    let exact = product(a, b, transposingB: true)
    for i in 0..<40 { for j in 0..<5 { #expect(abs(c[i, j] - exact[i, j]) < 1e-12) } }
  }

  /// A row has the same bits whatever rows are beside it: ranks may deal them out anyhow.
  @Test func rowsDoNotDependOnEachOther() {
    let a: Matrix<Double> = matrix(90, 700, seed: 4)
    let b: Matrix<Double> = matrix(700, 20, seed: 5)
    var whole = Matrix<Double>(rows: 90, columns: 20)
    var part = Matrix<Double>(rows: 51, columns: 20)
    var all = whole.mutableView
    var some = part.mutableView
    multiplyNarrow(a.view, b.view, into: &all)
    multiplyNarrow(a.view.rows(13..<64), b.view, into: &some)
    for i in 0..<51 { for j in 0..<20 { #expect(part[i, j] == whole[13 + i, j]) } }
  }
}

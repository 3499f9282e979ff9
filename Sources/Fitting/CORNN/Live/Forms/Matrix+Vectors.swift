internal import Collectives
internal import Kernels
internal import LinearAlgebra

// Products of kept matrices with single vectors: bound by memory, so row by row.
extension Matrix where S == Double {
  /// `A v`.
  func times(_ v: [Double]) -> [Double] { (0..<rows).map { Kernels.dot(row($0), v.span) } }

  /// `⟨row i, v⟩`.
  func dot(row i: Int, _ v: [Double]) -> Double { Kernels.dot(row(i), v.span) }

  /// `A v` and `A w` in one pass.
  func times(_ v: [Double], _ w: [Double]) -> ([Double], [Double]) {
    var (first, second) = ([Double](), [Double]())
    first.reserveCapacity(rows)
    second.reserveCapacity(rows)
    for i in 0..<rows {
      first.append(Kernels.dot(row(i), v.span))
      second.append(Kernels.dot(row(i), w.span))
    }
    return (first, second)
  }

  /// `Aᵀ v`.
  func transposedTimes(_ v: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: columns)
    var target = sum.mutableSpan
    for i in 0..<rows { Kernels.add(v[i], row(i), to: &target) }
    return sum
  }

  /// `row i ← row i + factor · v`.
  mutating func add(_ factor: Double, _ v: [Double], toRow i: Int) {
    var target = mutableRow(i)
    Kernels.add(factor, v.span, to: &target)
  }

  /// `row i ← v`.
  mutating func setRow(_ i: Int, _ v: [Double]) {
    var target = mutableRow(i)
    for j in 0..<target.count { target[j] = v[j] }
  }
}

extension SlidingWindow {
  /// `X x`, T numbers: each rank takes its share of the regressors.
  ///
  /// - Collective: every rank of `group` must call it.
  func products(
    with x: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    var sum = [Double](repeating: 0, count: capacity)
    for j in Partition(of: problem.regressors, among: group.size).range(of: group.rank) {
      var target = sum.mutableSpan
      Kernels.add(x[j], regressors.row(j), to: &target)
    }
    try group.sum(&sum)
    return sum
  }
}

/// `‖a − b‖ / ‖b‖`.
func relativeDistance(_ a: [Double], _ b: [Double]) -> Double {
  let difference = zip(a, b).map { $0 - $1 }
  return (dot(difference.span, difference.span) / dot(b.span, b.span)).squareRoot()
}

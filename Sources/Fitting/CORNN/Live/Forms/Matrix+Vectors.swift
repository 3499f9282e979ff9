internal import Collectives
internal import Kernels
internal import LinearAlgebra

// Products of kept matrices with single vectors: bound by memory, so row by row.
extension Matrix where S == Double {
  /// `A v`.
  func times(_ v: [Double], threads: Int = 1) -> [Double] {
    let parts = parts(of: 0..<rows, length: columns, threads: threads)
    return concurrentMap(count: parts.count, threads: threads) { part in
      parts[part].map { Kernels.dot(row($0), v.span) }
    }.flatMap { $0 }
  }

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
    let own = Partition(of: problem.regressors, among: group.size).range(of: group.rank)
    let parts = parts(of: own, length: capacity, threads: threads)
    let shares = concurrentMap(count: parts.count, threads: threads) {
      products(with: x, of: parts[$0])
    }
    var sum = [Double](repeating: 0, count: capacity)
    for share in shares {
      var target = sum.mutableSpan
      Kernels.add(1, share.span, to: &target)
    }
    try group.sum(&sum)
    return sum
  }

  /// The share of some regressors in `X x`.
  private func products(with x: [Double], of regressors: Range<Int>) -> [Double] {
    var sum = [Double](repeating: 0, count: capacity)
    var target = sum.mutableSpan
    for j in regressors { Kernels.add(x[j], self.regressors.row(j), to: &target) }
    return sum
  }
}

/// Some rows of a matrix, a part for each thread; all of them where a cache holds them.
private func parts(of rows: Range<Int>, length: Int, threads: Int) -> [Range<Int>] {
  guard rows.count * length >= leastSharedElements else { return [rows] }
  let partition = Partition(of: rows.count, among: threads)
  return (0..<threads).map {
    let part = partition.range(of: $0)
    return (rows.lowerBound + part.lowerBound)..<(rows.lowerBound + part.upperBound)
  }
}

/// 2 MB, which take as long to read as threads to wake: some tens of microseconds.
private let leastSharedElements = 1 << 18

/// `‖a − b‖ / ‖b‖`.
func relativeDistance(_ a: [Double], _ b: [Double]) -> Double {
  let difference = zip(a, b).map { $0 - $1 }
  return (dot(difference.span, difference.span) / dot(b.span, b.span)).squareRoot()
}

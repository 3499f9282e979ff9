internal import Collectives
internal import LinearAlgebra

/// The equations of the linear model without a block of transitions and the gaps beside it.
struct LinearFold: ~Copyable {
  let system: SharedMatrix<Double>
  /// The right-hand side of the neurons whose errors decide.
  let right: Matrix<Double>
  /// Transitions that the equations are of.
  let training: Int
  /// The transitions of the block, and those of the equations, as positions.
  let block: Range<Int>
  let kept: [Int]

  /// The coefficients at a ridge; nil where rounding leaves no factor.
  ///
  /// - Complexity: a factorisation, a copy of the system of memory.
  func coefficients(ridge: Double) -> Matrix<Double>? {
    var damped = system.shared.matrix.copy()
    for i in 0..<damped.rows { damped[i, i] += ridge * Double(max(1, training)) }
    guard let factor = try? Cholesky(damped) else { return nil }
    var coefficients = right.copy()
    var target = coefficients.mutableView
    factor.solveFromRight(&target)
    return coefficients
  }
}

extension LinearSystem {
  /// The equations of a fold.
  ///
  /// `whole` is the right-hand side of all transitions; in the dual there is none.
  ///
  /// - Complexity: in the regressors their products over the transitions that are left out, shared
  ///   by the ranks, and a sum of as many numbers as the system has.
  /// - Collective: every rank of `group` must call it.
  func fold(
    _ number: Int, _ neurons: [Int], _ whole: borrowing Matrix<Double>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> LinearFold {
    let block = Partition(of: frames.count, among: RidgeChoice.folds).range(of: number)
    let (first, last) = (frames[block.lowerBound], frames[block.upperBound - 1])
    let near = (first - RidgeChoice.gap)...(last + RidgeChoice.gap)
    let kept = frames.indices.filter { !near.contains(frames[$0]) }
    guard !isDual else {
      return LinearFold(
        system: try gram.selectedBlock(kept, group: group),
        right: increments(neurons, kept.map { frames[$0] }[...]), training: kept.count,
        block: block, kept: kept)
    }
    let left = frames.filter { near.contains($0) }
    var right = try sharedRightHandSide(neurons, left, group: group)
    for i in 0..<right.rows { right.fold(-1, intoRow: i, whole) }
    return LinearFold(
      system: try products(without: left, group: group), right: right, training: kept.count,
      block: block, kept: kept)
  }

  /// ΦΦᵀ without some frames, once a node.
  ///
  /// - Collective: every rank of `group` must call it.
  private func products(
    without left: [Int], group: borrowing some RankGroup & ~Copyable
  ) throws -> SharedMatrix<Double> {
    let own = Partition(of: left.count, among: group.size).range(of: group.rank)
    var products = Self.products(observed, scales, left[own])
    try group.sum(&products)
    var system = try group.allocateOnNode(
      rows: products.rows, columns: products.rows, of: Double.self)
    for row in Partition(of: products.rows, among: system.nodeSize).range(of: system.nodeRank) {
      system.matrix.copyRow(row, from: gram.shared.matrix, row)
      system.matrix.add(-1, products, row, toRow: row)
    }
    try system.synchronize()
    return SharedMatrix(system)
  }

  /// Y Φᵀ of some neurons over some frames, the frames shared by the ranks.
  ///
  /// - Collective: every rank of `group` must call it.
  func sharedRightHandSide(
    _ neurons: [Int], _ frames: [Int], group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    let own = Partition(of: frames.count, among: group.size).range(of: group.rank)
    var right = rightHandSide(neurons, frames[own])
    try group.sum(&right)
    return right
  }

  /// The squared errors of some ridges on a fold's block, the ridges shared by the ranks;
  /// infinite where rounding leaves no factor.
  ///
  /// - Collective: every rank of `group` must call it.
  func errors(
    of ridges: [Double], on fold: borrowing LinearFold, _ neurons: [Int],
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    var sums = [Double](repeating: 0, count: ridges.count)
    for job in Partition(of: ridges.count, among: group.size).range(of: group.rank) {
      guard let coefficients = fold.coefficients(ridge: ridges[job]) else {
        sums[job] = .infinity
        continue
      }
      var errors = SquaredErrors(neurons: neurons.count)
      for part in blocks(of: Array(fold.block)[...]) {
        let times = part.map { frames[$0] }[...]
        let features =
          isDual
          ? gram.shared.matrix.selectedBlock(fold.kept, Array(part))
          : Self.scaled(observed.regressors(at: times), scales)
        errors.add(product(coefficients, features), truth: increments(neurons, times))
      }
      sums[job] = errors.sums.reduce(0, +)
    }
    try group.sum(&sums)
    return sums
  }
}

internal import Collectives
internal import LinearAlgebra

/// `C⁻ᵀ` of a Gram matrix with its ridge, `C Cᵀ = A + λI`, once a node in float32.
final class Whitening {
  /// `C⁻ᵀ`, upper triangular.
  let inverse: NodeShared<Float>
  /// By how much the ridge had to be raised for a factor; 1 mostly.
  let raise: Double

  /// - Throws: `FitError.ridgeTooSmall` where no ridge in reason leaves a factor.
  /// - Complexity: `M³/3` flops on one rank a node, and as many over the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  init(
    _ gram: borrowing NodeShared<Double>, ridge: Double,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let order = gram.matrix.rows
    var factor = try group.allocateOnNode(rows: order, columns: order, of: Double.self)
    var raised: Double?
    for raise in ridgeRaises where raised == nil {
      let isFactored = factor.nodeRank != 0 || factor.factorise(gram, ridge: ridge * raise)
      if try group.maximum(isFactored ? 0 : 1) == 0 { raised = raise }
    }
    guard let raised else { throw FitError.ridgeTooSmall(order: order, ridge: ridge) }
    raise = raised
    try factor.synchronize()
    var inverse = try group.allocateOnNode(rows: order, columns: order, of: Float.self)
    let blocks = BlockDeal(order: order, ranks: factor.nodeSize)
    for rows in blocks.rows(of: factor.nodeRank) {
      // Rows of C⁻ᵀ begin on the diagonal: `I[rows] C⁻ᵀ` in the columns from there on.
      let part = rows.lowerBound..<order
      var block = Matrix<Double>(rows: rows.count, columns: part.count)
      for i in 0..<rows.count { block[i, i] = 1 }
      var target = block.mutableView
      solveTransposedFromRight(
        lower: factor.matrix.view.block(rows: part, columns: part), &target)
      let narrow = block.converted(to: Float.self)
      var whole = inverse.matrix.mutableView
      var place = whole.block(rows: rows, columns: part)
      place.assign(narrow.view)
    }
    try inverse.synchronize()
    try factor.free()
    self.inverse = inverse
  }

  /// Samples that are converted at a time: enough for products at full speed.
  private static let samplesAtOnce = 2048

  /// `Qᵀ = C⁻¹ X` for X regressors × samples, once a node.
  ///
  /// - Complexity: `T M²` flops over the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  func applied<S: Scalar & Transferable>(
    to x: borrowing Matrix<S>, group: borrowing some RankGroup & ~Copyable
  ) throws -> NodeShared<Float> {
    let order = inverse.matrix.rows
    var result = try group.allocateOnNode(rows: order, columns: x.columns, of: Float.self)
    let deal = BlockDeal(order: order, ranks: result.nodeSize).rows(of: result.nodeRank)
    for lower in stride(from: 0, to: x.columns, by: Self.samplesAtOnce) {
      let samples = lower..<min(lower + Self.samplesAtOnce, x.columns)
      let source = x.view.columns(samples).copy().converted(to: Float.self)
      for rows in deal {
        var whole = result.matrix.mutableView
        var target = whole.block(rows: rows, columns: samples)
        multiply(inverse.matrix, columns: rows, source, into: &target)
      }
    }
    try result.synchronize()
    return result
  }

  /// `B = λ C⁻¹ C⁻ᵀ`, once a node.
  ///
  /// - Complexity: `M³` flops over the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  func penalty(
    ridge: Double, group: borrowing some RankGroup & ~Copyable
  ) throws -> NodeShared<Float> {
    let order = inverse.matrix.rows
    var result = try group.allocateOnNode(rows: order, columns: order, of: Float.self)
    for rows in BlockDeal(order: order, ranks: result.nodeSize).rows(of: result.nodeRank) {
      var whole = result.matrix.mutableView
      var target = whole.rows(rows)
      multiply(
        inverse.matrix, columns: rows, inverse.matrix, into: &target, scale: Float(ridge))
    }
    try result.synchronize()
    return result
  }
}

/// `target ← scale (C⁻ᵀ[:, columns])ᵀ source`, of a C⁻ᵀ whose column j ends on the diagonal.
private func multiply(
  _ inverse: borrowing Matrix<Float>, columns: Range<Int>, _ source: borrowing Matrix<Float>,
  into target: inout MutableMatrixView<Float>, scale: Float = 1
) {
  let part = 0..<columns.upperBound
  multiply(
    inverse.view.block(rows: part, columns: columns).transposed, source.view.rows(part),
    into: &target, scale: scale)
}

/// Blocks of the rows of a triangular matrix, dealt to ranks such that each gets as many long as
/// short ones.
private struct BlockDeal {
  let order: Int
  let ranks: Int

  /// Rows of a block: enough for products at full speed.
  private static var block: Int { 256 }

  func rows(of rank: Int) -> [Range<Int>] {
    let starts = Array(stride(from: 0, to: order, by: Self.block))
    return starts.enumerated().filter { index, _ in
      // Forth and back, so that nobody has all the long ones.
      let turn = index / ranks
      let place = index % ranks
      return (turn.isMultiple(of: 2) ? place : ranks - 1 - place) == rank
    }.map { $0.element..<min($0.element + Self.block, order) }
  }
}

extension NodeShared<Double> {
  /// `this ←` the lower factor of `A + ridge I`; false if there is none.
  fileprivate mutating func factorise(
    _ a: borrowing NodeShared<Double>, ridge: Double
  ) -> Bool {
    var work = a.matrix.copy()
    for i in 0..<work.rows { work[i, i] += ridge }
    guard let found = try? Cholesky(work) else { return false }
    matrix.round(found.factor, rows: 0..<matrix.rows)
    return true
  }
}

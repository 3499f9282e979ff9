internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// The regressors of a fold in the eigenvectors of their Gram matrix: what all leaks, ridges and
/// losses of a search share.
///
/// With `X = V g^½ Uᵀ` (regressors × samples) the weights are `V θ̃` and their responses
/// `U g^½ θ̃`; a ridge only scales directions. An own weight that is left out is `aᵀθ̃` with
/// `a = Vᵀ e_i`; where `1 − |a|²` is left, other directions of weight space undo it.
final class FoldBasis<S: Scalar & Transferable> {
  let regressors: Regressors<S>
  /// g, descending.
  let values: [Double]
  /// `Uᵀ`, directions × fitted transitions.
  let lines: NodeShared<Float>
  /// `Vᵀ X` of the held-out transitions, directions × these.
  let heldOut: NodeShared<S>
  /// a of this rank's neurons, a row each.
  let own: Matrix<Float>
  /// `1 − |a|²` of each; 0 where that is rounding.
  let outside: [Double]

  var count: Int { values.count }

  /// The share of an own weight outside the directions below which it counts as none.
  private static var leastOutside: Double { 1e-9 }

  /// - Complexity: with n the lesser and m the larger of regressors and fitted transitions
  ///   `n² m` flops over all ranks, `9 n³` on one rank a node, and `2 n² m` over the ranks of a
  ///   node.
  /// - Collective: every rank of `group` must call it.
  init(
    _ regressors: Regressors<S>, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let isDual = regressors.samples < regressors.count
    let eigen = try SharedEigen(
      regressors.products(isDual: isDual, group: group, phases: phases), group: group)
    let count = eigen.values.count
    var lines = try group.allocateOnNode(rows: count, columns: regressors.samples, of: Float.self)
    var heldOut = try group.allocateOnNode(
      rows: count, columns: regressors.heldOut.matrix.columns, of: S.self)
    let rows = Partition(of: count, among: lines.nodeSize).range(of: lines.nodeRank)
    let shrinking = rows.map { 1 / eigen.values[$0].squareRoot() }
    let vectors = eigen.vectors.matrix.copy(rows: rows)
    if isDual {
      let products = try sharedProduct(
        transposing: regressors.fitted.matrix, regressors.heldOut.matrix, group: group)
      lines.matrix.setRounded(rows: rows, vectors.copy())
      heldOut.matrix.setRounded(
        rows: rows, widenedProduct(vectors, products.matrix), scales: shrinking)
    } else {
      lines.matrix.setRounded(
        rows: rows, widenedProduct(vectors, regressors.fitted.matrix),
        scales: shrinking)
      heldOut.matrix.setRounded(
        rows: rows, widenedProduct(vectors, regressors.heldOut.matrix))
    }
    try lines.synchronize()
    try heldOut.synchronize()
    let own = Self.ownDirections(regressors, eigen, isDual: isDual)
    self.regressors = regressors
    values = eigen.values
    self.lines = lines
    self.heldOut = heldOut
    outside = (0..<own.rows).map { i in
      let rest = 1 - own.dot(i, own, i)
      return rest > Self.leastOutside ? rest : 0
    }
    self.own = own.converted(to: Float.self)
  }

  /// `Vᵀ e_i` of this rank's neurons.
  private static func ownDirections(
    _ regressors: Regressors<S>, _ eigen: borrowing SharedEigen, isDual: Bool
  ) -> Matrix<Double> {
    guard isDual else {
      return eigen.vectors.matrix.copy(columns: regressors.local).view.transposed.copy()
    }
    var own = widenedProduct(
      regressors.fitted.matrix.copy(rows: regressors.local), eigen.vectors.matrix,
      transposingB: true)
    let shrinking = eigen.values.map { 1 / $0.squareRoot() }
    for i in 0..<own.rows { own.scale(row: i, by: shrinking) }
    return own
  }
}

/// All eigenvectors of a Gram matrix whose eigenvalues are more than rounding, once a node.
private struct SharedEigen: ~Copyable {
  /// Descending.
  let values: [Double]
  /// Rows.
  let vectors: NodeShared<Double>

  init(
    _ gram: SharedMatrix<Double>, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let order = gram.shared.matrix.rows
    let isLeader = gram.shared.nodeRank == 0
    // Of a matrix that has no directions where another rank of the node finds them.
    let eigen = SymmetricEigen(isLeader ? gram.shared.matrix.copy() : Matrix<Double>([[0]]))
    let rounding = Double(order) * Double.ulpOfOne * (eigen.values.last ?? 0)
    let kept = eigen.values.indices.reversed().filter { eigen.values[$0] > rounding }
    // Every node finds the same.
    let count = try group.maximum(kept.count)
    var vectors = try group.allocateOnNode(rows: count, columns: order, of: Double.self)
    var values = try group.allocateOnNode(rows: 1, columns: count, of: Double.self)
    for (i, j) in kept.enumerated() {
      vectors.matrix.copyRow(i, from: eigen.vectors, j)
      values.matrix[0, i] = eigen.values[j]
    }
    try vectors.synchronize()
    try values.synchronize()
    self.values = (0..<count).map { values.matrix[0, $0] }
    self.vectors = vectors
  }
}

/// `A op(B)` in float64.
private func widenedProduct<A: Scalar, B: Scalar>(
  _ a: borrowing Matrix<A>, _ b: borrowing Matrix<B>, transposingB: Bool = false
) -> Matrix<Double> {
  let factor = transposingB ? b.view.transposed : b.view
  var result = Matrix<Double>(rows: a.rows, columns: factor.columns)
  var target = result.mutableView
  multiplyWidening(a.view, factor, into: &target)
  return result
}

extension Matrix {
  /// Some rows ← those of a block, each times its scale, rounded.
  fileprivate mutating func setRounded(
    rows: Range<Int>, _ block: consuming Matrix<Double>, scales: [Double]? = nil
  ) {
    for (i, row) in rows.enumerated() {
      if let scales { block.scale(row: i, by: scales[i]) }
      setRounded(row: row, block, i)
    }
  }
}

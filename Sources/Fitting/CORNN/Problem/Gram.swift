internal import Collectives
internal import LinearAlgebra

/// The Gram matrix `X Xᵀ` (or `Xᵀ X`) in float64, once a node, its tiles computed by
/// different ranks.
///
/// The tiles depend on the size alone, so the result has the same bits on any number of
/// ranks.
/// x is n×k; `transposed` asks for `xᵀ x`, k×k.
///
/// - Throws: what `group` throws.
/// - Returns: n×n, both triangles filled.
/// - Complexity: n²k flops over all ranks; the tiles travel between nodes only.
/// - Collective: every rank of `group` must call it.
func gramMatrix<S: Scalar & Transferable>(
  of x: borrowing Matrix<S>, transposed: Bool, group: borrowing some RankGroup & ~Copyable
) throws -> NodeShared<Double> {
  let order = transposed ? x.columns : x.rows
  let tile = max(64, min(1024, (order / 8 + 63) / 64 * 64))
  var gram = try group.allocateOnNode(rows: order, columns: order, of: Double.self)
  let source = transposed ? x.view.transposed : x.view
  var number = 0
  for i in stride(from: 0, to: order, by: tile) {
    let rows = i..<min(i + tile, order)
    for j in stride(from: 0, through: i, by: tile) {
      defer { number += 1 }
      guard number % group.size == group.rank else { continue }
      let columns = j..<min(j + tile, order)
      var product = Matrix<Double>(rows: rows.count, columns: columns.count)
      do {
        var target = product.mutableView
        multiplyWidening(source.rows(rows), source.rows(columns).transposed, into: &target)
      }
      var whole = gram.matrix.mutableView
      do {
        var lower = whole.block(rows: rows, columns: columns)
        lower.assign(product.view)
      }
      guard i != j else { continue }
      var upper = whole.block(rows: columns, columns: rows)
      upper.assign(product.view.transposed)
    }
  }
  try group.assemble(&gram)
  return gram
}

/// `Aᵀ B` once a node, its row blocks computed by different ranks.
///
/// A is k×m, B is k×n.
///
/// - Throws: what `group` throws.
/// - Returns: m×n.
/// - Complexity: 2kmn flops over all ranks.
/// - Collective: every rank of `group` must call it.
func sharedProduct<S: Scalar & Transferable>(
  transposing a: borrowing Matrix<S>, _ b: borrowing Matrix<S>,
  group: borrowing some RankGroup & ~Copyable
) throws -> NodeShared<S> {
  var result = try group.allocateOnNode(rows: a.columns, columns: b.columns, of: S.self)
  let mine = Partition(of: a.columns, among: group.size).range(of: group.rank)
  do {
    var whole = result.matrix.mutableView
    var block = whole.rows(mine)
    multiply(a.view.transposed.rows(mine), b.view, into: &block)
  }
  try group.assemble(&result)
  return result
}

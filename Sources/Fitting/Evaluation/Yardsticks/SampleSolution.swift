internal import Collectives
internal import LinearAlgebra

/// The linear model where transitions are fewer than regressors: it predicts
/// `r + Y (ΦᵀΦ + λT)⁻¹ Φᵀφ` from rates r with regressors φ.
///
/// Of the neurons' increments Y only products are ever taken: with few columns they cost less
/// than the weights. A free run needs none of them before its end: what it has to know of the
/// rates is `Xᵀr`, which changes by `XᵀY u`, and X and Y have the Gram matrix for a product.
final class SampleSolution<S: Scalar & Transferable> {
  private let system: LinearSystem<S>
  /// `(ΦᵀΦ + λT)⁻¹`, once a node.
  private let inverse: NodeShared<Double>
  /// The transitions of each rank.
  private let partition: Partition

  /// - Throws: `NotPositiveDefinite`; what `group` throws.
  /// - Complexity: T³ flops on each node, its square of memory.
  /// - Collective: every rank of `group` must call it.
  init(
    of system: LinearSystem<S>, ridge: Double, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let order = system.frames.count
    var inverse = try group.allocateOnNode(rows: order, columns: order, of: Double.self)
    let damping = ridge * Double(order)
    let inversion = try group.invertPositiveDefinite(
      system.gram.shared, ridge: damping, into: &inverse)
    guard inversion.isPositiveDefinite else {
      // The factorisation on one rank says where it fails.
      var damped = system.gram.shared.matrix.copy()
      for i in 0..<order { damped[i, i] += damping }
      _ = try Cholesky(damped)
      throw NotPositiveDefinite(pivot: order - 1)
    }
    self.system = system
    self.inverse = inverse
    partition = Partition(of: order, among: group.size)
  }

  /// The changes of this rank's neurons from features, transitions × columns.
  ///
  /// - Collective: every rank of `group` must call it.
  func increments(
    _ features: borrowing Matrix<Double>, group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    system.transitions.increments(try solve(features, group: group))
  }

  /// `(ΦᵀΦ + λT)⁻¹ B`, the rows shared by the ranks.
  private func solve(
    _ b: borrowing Matrix<Double>, group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    try joined(
      narrowProduct(inverse.matrix, partition.range(of: group.rank), b), group: group)
  }

  /// Runs on from this rank's rates, local × columns, as `FreeRunning.run`; `observe` is given
  /// what has been added to them.
  ///
  /// - Complexity: 4 T² / ranks flops a column and frame, 2 T n for n neurons of this rank.
  /// - Collective: every rank of `group` must call it.
  func run(
    from starts: [Int], own: borrowing Matrix<S>, steps: Int, of observed: ObservedRates<S>,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ ahead: Int, _ changes: borrowing Matrix<Double>) -> Void
  ) throws {
    // Xᵀr, and the products of X with the ends of its runs.
    var state = system.transitions.products(with: own)
    try group.sum(&state)
    var ends = system.transitions.products(with: system.transitions.ends)
    try group.sum(&ends)
    let width = own.columns
    var total = Matrix<Double>(rows: state.rows, columns: width)
    let framesTogether = max(1, framesAtOnce / max(1, width))
    for first in stride(from: 1, through: steps, by: framesTogether) {
      let part = first..<min(first + framesTogether, steps + 1)
      var totals = Matrix<Double>(rows: state.rows, columns: part.count * width)
      for ahead in part {
        let inputs = observed.inputs(at: starts.map { $0 + ahead - 1 }[...])
        let u = try solve(withCommon(state, inputs), group: group)
        for t in 0..<u.rows { total.add(1, u, t, toRow: t) }
        put(total, into: &totals, column: (ahead - first) * width)
        let change = try joined(change(by: u, ends, rank: group.rank), group: group)
        for t in 0..<change.rows { state.add(1, change, t, toRow: t) }
      }
      let changes = system.transitions.increments(totals)
      for ahead in part {
        let columns = ((ahead - first) * width)..<((ahead - first + 1) * width)
        observe(ahead, changes.copy(columns: columns))
      }
    }
  }

  /// `state + Cᵀ c`, with the regressors that are no neurons.
  private func withCommon(
    _ state: borrowing Matrix<Double>, _ inputs: borrowing Matrix<S>
  ) -> Matrix<Double> {
    var features = state.copy()
    addProduct(&features, transposing: system.common, LinearSystem.common(inputs, system.scales))
    return features
  }

  /// This rank's rows of `XᵀY u = (ΦᵀΦ − CᵀC) d + Xᵀends · last`.
  private func change(
    by u: borrowing Matrix<Double>, _ ends: borrowing Matrix<Double>, rank: Int
  ) -> Matrix<Double> {
    let rows = partition.range(of: rank)
    let d = system.transitions.differences(u)
    let last = system.transitions.last(u)
    var result = narrowProduct(system.gram.shared.matrix, rows, d)
    subtractSquare(of: system.common, rows, times: d, from: &result)
    var target = result.mutableView
    multiply(ends.view.rows(rows), last.view, into: &target, keep: 1)
    return result
  }

  /// The rows of all ranks.
  private func joined(
    _ own: borrowing Matrix<Double>, group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    if group.size == 1 { return own.copy() }
    var whole = Matrix<Double>(rows: partition.items, columns: own.columns)
    let columns = own.columns
    var target = whole.mutableElements
    try group.gather(own.elements, into: &target, counts: partition.counts.map { $0 * columns })
    return whole
  }
}

/// `target ← target − (CᵀC)[rows] d`.
private func subtractSquare(
  of c: borrowing Matrix<Double>, _ rows: Range<Int>, times d: borrowing Matrix<Double>,
  from target: inout Matrix<Double>
) {
  let seen = product(c, d)
  var view = target.mutableView
  multiply(c.view.columns(rows).transposed, seen.view, into: &view, scale: -1, keep: 1)
}

/// `A[rows] B`.
private func narrowProduct(
  _ a: borrowing Matrix<Double>, _ rows: Range<Int>, _ b: borrowing Matrix<Double>
) -> Matrix<Double> {
  var result = Matrix<Double>(rows: rows.count, columns: b.columns)
  var target = result.mutableView
  multiplyNarrow(a.view.rows(rows), b.view, into: &target)
  return result
}

/// `target[:, column...] ← block`.
private func put(
  _ block: borrowing Matrix<Double>, into target: inout Matrix<Double>, column: Int
) {
  var whole = target.mutableView
  var place = whole.block(rows: 0..<block.rows, columns: column..<(column + block.columns))
  place.assign(block.view)
}

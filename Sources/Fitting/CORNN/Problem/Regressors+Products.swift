internal import Collectives
internal import LinearAlgebra
internal import Runtime

extension Regressors {
  /// `X Xᵀ` of the fitted transitions, or `Xᵀ X` in the dual, in float64, once a node.
  ///
  /// Those of a fold are taken out of those of all transitions, which are taken once for all folds
  /// and handed over to whoever asks for them next: a fit, after a search.
  ///
  /// - Complexity: with m the order `m²` flops a transition that a fold leaves out, over all ranks;
  ///   none in the dual.
  /// - Collective: every rank of `group` must call it.
  func products(
    isDual: Bool, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> SharedMatrix<Double> {
    if let (whole, fold) = origin {
      let all = try whole.keptProducts(isDual: isDual, group: group, phases: phases)
      return try phases.measure("gram") {
        guard !isDual else { return try all.selectedBlock(fold.training, group: group) }
        let rest = try whole.selected(whole.leftOut(of: fold), group: group)
        count(rest.matrix.columns, isDual: false, group, phases)
        return try all.without(rest, group: group)
      }
    }
    defer { kept = nil }
    return try phases.measure("gram") {
      if let kept, kept.isDual == isDual { return kept.products }
      count(samples, isDual: isDual, group, phases)
      return SharedMatrix(try gramMatrix(of: fitted.matrix, transposed: isDual, group: group))
    }
  }

  /// Counts this rank's flops of the products of some transitions.
  private func count(
    _ samples: Int, isDual: Bool, _ group: borrowing some RankGroup & ~Copyable, _ phases: Phases
  ) {
    let (n, t) = (Double(count), Double(samples))
    phases.add("gram", flops: n * t * (isDual ? t : n) / Double(group.size))
  }

  /// The same, kept.
  private func keptProducts(
    isDual: Bool, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> SharedMatrix<Double> {
    let products = try products(isDual: isDual, group: group, phases: phases)
    kept = (isDual, products)
    return products
  }

  private func leftOut(of fold: Fold) -> [Int] {
    let training = Set(fold.training)
    return (0..<samples).filter { !training.contains($0) }
  }
}

extension SharedMatrix<Double> {
  /// `this − Z Zᵀ`, once a node.
  fileprivate func without<Number: Scalar & Transferable>(
    _ z: consuming NodeShared<Number>, group: borrowing some RankGroup & ~Copyable
  ) throws -> SharedMatrix<Double> {
    var result = try gramMatrix(of: z.matrix, transposed: false, group: group)
    let rows = Partition(of: result.matrix.rows, among: result.nodeSize)
      .range(of: result.nodeRank)
    for i in rows { result.matrix.fold(-1, intoRow: i, shared.matrix) }
    try result.synchronize()
    return SharedMatrix(result)
  }
}

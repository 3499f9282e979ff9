internal import Collectives
internal import LinearAlgebra

extension FitProblem {
  /// Readies the form that takes less work over all neurons under the constraints, and lets
  /// the visitor work there; returns whether it is the dual one.
  ///
  /// Signs need the weights themselves, so the primal form.
  ///
  /// - Throws: what `group` and the visitor throw.
  /// - Collective: every rank of `group` must call it.
  func visit<V: RidgeVisitor>(
    _ visitor: inout V, under constraints: Constraints, exclusions: [Exclusion],
    configuration: Configuration, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> Bool where V.S == S {
    let ridge = configuration.lambda * Double(transitions.count)
    let isDual = try resolvesToDual(constraints, exclusions, configuration, group: group)
    if isDual {
      let form = try MaskedDualForm(
        gram: DualGram(regressors, group: group, phases: phases), ridge: ridge,
        exclusions: exclusions, group: group, phases: phases)
      _ = try visitor.visit(form, group: group)
    } else {
      let form = try MaskedPrimalForm(
        gram: PrimalGram(regressors, group: group, phases: phases), ridge: ridge,
        exclusions: exclusions, signs: constraints.signs, group: group, phases: phases)
      _ = try visitor.visit(form, group: group)
    }
    return isDual
  }

  private func resolvesToDual(
    _ constraints: Constraints, _ exclusions: [Exclusion], _ configuration: Configuration,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    if constraints.signs != nil { return false }
    // The downdates want float64.
    if S.self == Float.self, configuration.form == .auto { return false }
    guard configuration.form == .auto else { return configuration.form == .dual }
    let costs = MaskCost(samples: regressors.samples, regressors: regressors.count)
    var flops = [0.0, 0.0]
    for exclusion in exclusions {
      let m = exclusion.set.count
      let users = Double(exclusion.users)
      flops[0] += costs.primal(forbidden: m, users: users).flops
      flops[1] += costs.dual(forbidden: m, users: users).flops
    }
    try group.sum(&flops)
    return flops[1] < flops[0]
  }

  /// How many neurons a panel may have before the factors of their masks, if each has its
  /// own, take more than a gibibyte over all threads.
  func widestPanel(_ exclusions: [Exclusion], signed: Bool, _ threads: Int) -> Int {
    let orders = exclusions.map { exclusion in
      let m = exclusion.set.count
      if signed { return max(m, regressors.count / 2) }
      return exclusion.users > 1 ? 0 : min(m, regressors.count - m)
    }
    let order = orders.max() ?? 0
    let bytes = 8 * max(1, order * order) * threads
    return max(1, min(256, (1 << 30) / bytes))
  }
}

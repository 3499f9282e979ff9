internal import Collectives
internal import LinearAlgebra

extension FitProblem {
  /// The fit under constraints, in the form that takes less work over all neurons; signs
  /// need the weights themselves, so the primal form.
  ///
  /// - Collective: every rank of `group` must call it.
  func fit(
    _ constraints: Constraints, _ work: PanelWork, ridge: Double, configuration: Configuration,
    group: borrowing some RankGroup & ~Copyable, phases: Phases,
    progress: @escaping @Sendable (_ solved: Int) -> Void
  ) throws -> Fit<S> {
    let excludesSelf = !configuration.selfConnections
    let exclusions = constraints.exclusions(
      local: regressors.local, neurons: regressors.neurons, excludesSelf: excludesSelf)
    let isDual = try resolvesToDual(constraints, exclusions, configuration, group: group)
    var work = work
    work.widest = widestPanel(exclusions, signed: constraints.signs != nil, work.threads)
    let outcome: PanelOutcome<S>
    if isDual {
      let form = try MaskedDualForm(
        gram: DualGram(regressors, group: group, phases: phases), ridge: ridge,
        exclusions: exclusions, group: group, phases: phases)
      outcome = try work.run(recording, form: form, phases: phases, progress: progress)
    } else {
      let form = try MaskedPrimalForm(
        gram: PrimalGram(regressors, group: group, phases: phases), ridge: ridge,
        exclusions: exclusions, signs: constraints.signs, group: group, phases: phases)
      outcome = try work.run(recording, form: form, phases: phases, progress: progress)
    }
    return try Fit(
      regressors: regressors, isDual: isDual, excludesSelf: excludesSelf,
      mask: constraints.mask, outcome: outcome, transitions: transitions, heldOut: heldOut,
      group: group)
  }

  private func resolvesToDual(
    _ constraints: Constraints, _ exclusions: [Exclusion], _ configuration: Configuration,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    if constraints.signs != nil { return false }
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
  private func widestPanel(_ exclusions: [Exclusion], signed: Bool, _ threads: Int) -> Int {
    let orders = exclusions.map { exclusion in
      let m = exclusion.set.count
      if signed { return max(m, regressors.count / 2) }
      return exclusion.users > 1 ? 0 : min(m, regressors.count - m)
    }
    let order = orders.max() ?? 0
    let bytes = 8 * max(1, order * order) * threads
    return max(1, min(128, (1 << 30) / bytes))
  }
}

internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// Constraints as this rank's subproblems meet them.
struct Restriction: Sendable {
  let signs: [Int]?
  /// By index among this rank's neurons; `users` is 0 where none of its subproblems is solved.
  let exclusions: [Exclusion]

  /// nil if there are no constraints.
  init?(_ constraints: Constraints, local: Range<Int>, neurons: Int, excludesSelf: Bool) {
    guard !constraints.isEmpty else { return nil }
    signs = constraints.signs
    exclusions = constraints.exclusions(
      local: local, neurons: neurons, excludesSelf: excludesSelf)
  }

  private init(signs: [Int]?, exclusions: [Exclusion]) {
    self.signs = signs
    self.exclusions = exclusions
  }

  /// The same for some subproblems only, several of a neuron perhaps: how many share a set
  /// decides which factor is the cheaper one, and how long it is kept.
  func restricted(to subproblems: [Subproblem]) -> Restriction {
    var users: [ForbiddenSet: Int] = [:]
    var isSolved = [Bool](repeating: false, count: exclusions.count)
    for subproblem in subproblems {
      users[exclusions[subproblem.neuron].set, default: 0] += 1
      isSolved[subproblem.neuron] = true
    }
    return Restriction(
      signs: signs,
      exclusions: exclusions.indices.map { i in
        Exclusion(
          set: exclusions[i].set, users: isSolved[i] ? users[exclusions[i].set, default: 0] : 0,
          leavesOutSelf: exclusions[i].leavesOutSelf)
      })
  }

  /// The same for some neurons only, by local index.
  func keeping(_ neurons: Set<Int>) -> Restriction {
    Restriction(
      signs: signs,
      exclusions: exclusions.enumerated().map { i, exclusion in
        Exclusion(
          set: exclusion.set, users: neurons.contains(i) ? exclusion.users : 0,
          leavesOutSelf: exclusion.leavesOutSelf)
      })
  }

  /// Flops of the fits of this rank's neurons in each form.
  func flops(_ costs: MaskCost) -> (primal: Double, dual: Double) {
    var flops = (primal: 0.0, dual: 0.0)
    for exclusion in exclusions where exclusion.users > 0 {
      let m = exclusion.set.count
      let users = Double(exclusion.users)
      flops.primal += costs.primal(forbidden: m, users: users).flops
      flops.dual += costs.dual(forbidden: m, users: users).flops
    }
    return flops
  }

  /// The form that takes less work over all ranks, and how many neurons a panel may have in it.
  ///
  /// - Collective: every rank of `group` must call it.
  func chooseForm<S>(
    _ regressors: Regressors<S>, _ configuration: Configuration, threads: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> (isDual: Bool, widestPanel: Int) {
    let costs = MaskCost(samples: regressors.samples, regressors: regressors.count)
    let isDual = try resolvesToDual(
      costs, configuration, isSingle: S.self == Float.self, group: group)
    return (isDual, widestPanel(costs, isDual: isDual, threads: threads))
  }

  /// Whether the dual form takes less work over all ranks.
  ///
  /// Signs need the weights themselves, so the primal form; the downdates of the dual form
  /// want float64.
  ///
  /// - Collective: every rank of `group` must call it.
  func resolvesToDual(
    _ costs: MaskCost, _ configuration: Configuration, isSingle: Bool,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    if signs != nil || (isSingle && configuration.form == .auto) { return false }
    guard configuration.form == .auto else { return configuration.form == .dual }
    let own = flops(costs)
    var total = [own.primal, own.dual]
    try group.sum(&total)
    return total[1] < total[0]
  }

  /// The order of the largest factor that a neuron has for itself.
  func largestOwnFactor(_ costs: MaskCost, isDual: Bool) -> Int {
    exclusions.map { exclusion in
      if exclusion.users == 0 { return 0 }
      if signs != nil { return max(exclusion.set.count, Int(costs.regressors) / 2) }
      return exclusion.users > 1 ? 0 : order(ofFactorOf: exclusion, costs, isDual: isDual)
    }.max() ?? 0
  }

  /// The order of what is factored for an exclusion.
  func order(ofFactorOf exclusion: Exclusion, _ costs: MaskCost, isDual: Bool) -> Int {
    switch costs.side(for: exclusion, isDual: isDual) {
    case .forbidden: exclusion.set.count
    case .allowed: Int(costs.regressors) - exclusion.set.count
    case .neither: 0
    }
  }

  /// How many neurons a panel may have before the factors of their masks, if each has its
  /// own, take more than a gibibyte over all threads.
  func widestPanel(_ costs: MaskCost, isDual: Bool, threads: Int) -> Int {
    let order = largestOwnFactor(costs, isDual: isDual)
    let bytes = 8 * max(1, order * order) * threads
    return max(1, min(256, (1 << 30) / bytes))
  }
}

/// Readies the form at each ridge and lets the visitor work there.
///
/// - Throws: `FitError.ridgeTooSmall`; what `group` and the visitor throw.
/// - Collective: every rank of `group` must call it.
func visit<V: RidgeVisitor>(
  _ visitor: inout V, under restriction: Restriction, regressors: Regressors<V.S>,
  isDual: Bool, ridges: [Double], group: borrowing some RankGroup & ~Copyable, phases: Phases
) throws {
  if isDual {
    let gram = try DualGram(regressors, group: group, phases: phases)
    for ridge in ridges {
      let form = try MaskedDualForm(
        gram: gram, ridge: ridge, exclusions: restriction.exclusions, group: group,
        phases: phases)
      guard try visitor.visit(form, group: group) else { return }
    }
  } else {
    let gram = try PrimalGram(regressors, group: group, phases: phases)
    for ridge in ridges {
      let form = try MaskedPrimalForm(
        gram: gram, ridge: ridge, exclusions: restriction.exclusions,
        signs: restriction.signs, group: group, phases: phases)
      guard try visitor.visit(form, group: group) else { return }
    }
  }
}

internal import CORNN
internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// The search for loss, leak and ridge on held-out blocks of the fitted frames.
struct ModelSearch<S: Scalar & Transferable> {
  let candidates: ModelCandidates
  let problem: FitProblem<S>
  /// Of the candidates; what becomes of targets beyond ±1 is chosen first.
  var configuration: Configuration
  let constraints: Constraints
  let threads: Int
  /// The run's, to which the search adds one phase.
  let phases: Phases
  let memory: SearchMemory
  /// Of the search itself.
  private let inner = Phases()

  /// Chooses what becomes of targets beyond ±1, then all else that is not given.
  ///
  /// - Throws: what the folds throw; `SearchPaused`.
  /// - Collective: every rank of `group` must call it.
  func choose(on group: borrowing some RankGroup & ~Copyable) throws -> ModelChoice {
    defer {
      problem.forgetFolds()
      phases.add("select", flops: inner.all.reduce(0) { $0 + $1.flops })
    }
    if let horizon = candidates.horizon { try problem.require(horizon, grid: candidates.grid) }
    var search = self
    search.configuration.targetRange = try chooseTargets(on: group)
    return try search.chooseSettings(on: group)
  }

  /// The first of what targets may be that costs little one frame ahead: noise that comes in
  /// impulses, or a leak that is far too small, makes targets that are better clamped.
  ///
  /// What is found here is remembered, and need not be done again.
  private func chooseTargets(
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> TargetRange {
    guard candidates.ranges.count > 1 else { return candidates.ranges[0] }
    var search = self
    let errors = try candidates.ranges.map { range in
      search.configuration.targetRange = range
      do {
        return try search.select(candidates.losses[0], candidates.grid, on: group)?.error ?? .nan
      } catch FitError.everyCandidateDiverged {
        return .infinity
      }
    }
    let bound = (errors.min() ?? .infinity) * (1 + Self.costOfTargets)
    return zip(candidates.ranges, errors).first { $1 <= bound }?.0 ?? candidates.ranges[0]
  }

  /// What preferred targets may cost one frame ahead, as a share of the least error: on recordings
  /// they cost up to 0.3 %, where they do harm 2 % and more (Studies/FreeRuns in the guide).
  private static var costOfTargets: Double { 0.01 }

  /// Chooses leak and ridge with the first loss, then the loss, then the ridge of that one, and
  /// then a leak for each neuron; only what is not given.
  ///
  /// Free runs choose last, around these.
  ///
  /// Where losses are compared, leak and ridge are those of the first round until one is chosen.
  ///
  /// - Throws: what the folds throw; `SearchPaused`.
  /// - Collective: every rank of `group` must call it.
  private func chooseSettings(
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> ModelChoice {
    var loss = candidates.losses[0]
    var grid = candidates.grid
    if candidates.losses.count > 1 { grid.rounds = [grid.rounds[0]] }
    var selection = try select(loss, grid, on: group)
    var alpha = selection?.alpha ?? grid.alphas[0]
    var lambda = selection?.lambda ?? grid.lambdas[0]
    let errors = try compareLosses(alpha: alpha, lambda: lambda, on: group)
    if let best = Self.loss(errors) {
      loss = candidates.losses[best]
      grid = candidates.grid
      // Another loss wants another ridge; the leak stays.
      if best != 0 { grid.alphas = [alpha] }
      selection = try select(loss, grid, on: group) ?? selection
      alpha = selection?.alpha ?? alpha
      lambda = selection?.lambda ?? lambda
    }
    let leaks = try leaks(common: alpha, lambda: lambda, loss: loss, on: group)
    let choice = ModelChoice(
      loss: loss, targets: configuration.targetRange, alpha: alpha, lambda: lambda, leaks: leaks,
      selection: selection, isLeakChosen: !candidates.isLeakGiven,
      lossErrors: errors.enumerated().map { (candidates.losses[$0.offset].name, $0.element) })
    guard let horizon = candidates.horizon else { return choice }
    return choice.choosing(try runFreely(from: choice, horizon, on: group))
  }

  /// The loss that is taken, by its place: the first, unless another is clearly better.
  static func loss(_ errors: [Double]) -> Int? {
    guard let best = errors.placeOfLeast else { return nil }
    return errors[0] * (1 - leastGainOfLoss) <= errors[best] ? 0 : best
  }

  /// Another loss than the default must take off this share of the absolute error: the others recover
  /// weights worse where noise is Gaussian, and where it is not, their held-out squared error was
  /// less than half of the default's (Sources/Benchmarks/results/choices/losses.md).
  private static var leastGainOfLoss: Double { 0.01 }

  /// Leaks and ridge by free runs, around those that one frame ahead chose.
  private func runFreely(
    from choice: ModelChoice, _ horizon: HorizonGrid, on group: borrowing some RankGroup & ~Copyable
  ) throws -> HorizonSelection {
    let grid = candidates.grid
    let start = HorizonStart(
      common: choice.alpha, leaks: choice.leaks, isGiven: candidates.isLeakGiven,
      lambdas: horizon.lambdas(around: choice.lambda, in: grid.lambdas), lambda: choice.lambda)
    return try phases.measure("select") {
      try problem.select(
        from: start, horizon: horizon, grid: grid, loss: choice.loss.loss,
        configuration: configuration, constraints: constraints, group: group, threads: threads,
        phases: inner, memory: memory)
    }
  }

  /// Leak and ridge for a loss; nil where there is one pair only.
  private func select(
    _ loss: NamedLoss, _ grid: SelectionGrid, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Selection? {
    guard grid.alphas.count > 1 || grid.lambdas.count > 1 else { return nil }
    return try phases.measure("select") {
      try problem.select(
        grid: grid, loss: loss.loss, configuration: configuration, constraints: constraints,
        group: group, threads: threads, phases: inner, memory: memory)
    }
  }

  /// The error of each loss; empty where one is given.
  private func compareLosses(
    alpha: Double, lambda: Double, on group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    guard candidates.losses.count > 1 else { return [] }
    return try phases.measure("select") {
      try problem.compare(
        losses: candidates.losses.map(\.loss), alpha: alpha, lambda: lambda,
        grid: candidates.grid, configuration: configuration, constraints: constraints,
        group: group, threads: threads, phases: inner, memory: memory)
    }
  }

  /// The leak of each of this rank's neurons.
  private func leaks(
    common alpha: Double, lambda: Double, loss: NamedLoss,
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    guard candidates.choosesLeakPerNeuron else {
      return [Double](repeating: alpha, count: problem.regressors.local.count)
    }
    return try phases.measure("select") {
      try problem.chooseLeaks(
        common: alpha, lambda: lambda, loss: loss.loss, grid: candidates.grid,
        configuration: configuration, constraints: constraints, group: group,
        threads: threads, phases: inner, memory: memory)
    }
  }
}

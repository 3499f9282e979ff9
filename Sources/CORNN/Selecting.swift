package import Collectives
package import LinearAlgebra
internal import RandomNumbers

extension FitProblem {
  /// Chooses leak and ridge on held-out blocks, with the loss that will be fitted.
  ///
  /// Coarse candidates first (every second leak, every decade), then those around the best.
  /// For each fold and ridge there is one factorisation, used by all leaks: the leak enters
  /// the targets only. The score is the one-step squared error relative to persistence,
  /// pooled over neurons and folds.
  ///
  /// - Throws: `FitError`; what `group` throws.
  /// - Returns: the same on every rank.
  /// - Complexity: for each fold and ridge a factorisation and `grid.iterations` iterations
  ///   of `grid.neurons` × leaks subproblems.
  /// - Collective: every rank of `group` must call it.
  package func select(
    grid: SelectionGrid, loss: PointwiseLoss, configuration: Configuration,
    group: borrowing some RankGroup & ~Copyable, threads: Int, phases: Phases
  ) throws -> Selection {
    let search = HyperparameterSearch(
      problem: self, grid: grid, loss: loss, configuration: configuration,
      neurons: try sample(grid.neurons, seed: grid.seed, group: group), threads: threads)
    var tried: [Selection.Candidate] = []
    var clipped: [Double: Double] = [:]
    func attempt(_ alphas: [Double], _ lambdas: [Double]) throws {
      let outcome = try search.evaluate(
        alphas: alphas, lambdas: lambdas, group: group, phases: phases)
      tried = tried.filter { old in
        !outcome.candidates.contains { $0.alpha == old.alpha && $0.lambda == old.lambda }
      }
      tried += outcome.candidates
      clipped.merge(outcome.clipped) { $1 }
    }
    func best() throws -> Selection.Candidate {
      guard let best = tried.min(by: { $0.error < $1.error }) else {
        throw FitError.tooFewTransitions(found: transitions.count, needed: 4 * grid.folds)
      }
      return best
    }
    try attempt(Self.everySecond(grid.alphas), Self.everySecond(grid.lambdas))
    let coarse = try best()
    try attempt(
      Self.neighbours(of: coarse.alpha, in: grid.alphas),
      Self.neighbours(of: coarse.lambda, in: grid.lambdas))
    let chosen = try best()
    return Selection(
      candidates: tried, alpha: chosen.alpha, lambda: chosen.lambda, clipped: clipped)
  }

  /// A random sample of the neurons that can be fitted, by this rank's local index.
  ///
  /// It depends on the seed alone, not on the number of ranks.
  private func sample(
    _ count: Int, seed: UInt64, group: borrowing some RankGroup & ~Copyable
  ) throws -> [Int] {
    let everyone = try group.gather(fittable.map { regressors.index(ofLocal: $0) })
    let order = RandomStream(seed: seed, stream: 32).permutation(of: everyone.count)
    let chosen = Set(order.prefix(count).map { everyone[$0] })
    return fittable.filter { chosen.contains(regressors.index(ofLocal: $0)) }
  }

  /// The first, third, ... of the candidates, and the last.
  private static func everySecond(_ values: [Double]) -> [Double] {
    values.indices.filter { $0.isMultiple(of: 2) || $0 == values.count - 1 }.map { values[$0] }
  }

  /// A candidate with those on both sides of it.
  private static func neighbours(of value: Double, in values: [Double]) -> [Double] {
    guard let i = values.firstIndex(of: value) else { return [value] }
    return Array(values[max(0, i - 1)...min(values.count - 1, i + 1)])
  }
}

/// The cross-validation of a set of candidates.
private struct HyperparameterSearch<S: Scalar & Transferable> {
  let problem: FitProblem<S>
  let grid: SelectionGrid
  let loss: PointwiseLoss
  let configuration: Configuration
  let neurons: [Int]
  let threads: Int

  /// All pairs of the candidates.
  ///
  /// - Collective: every rank of `group` must call it.
  func evaluate(
    alphas: [Double], lambdas: [Double], group: borrowing some RankGroup & ~Copyable,
    phases: Phases
  ) throws -> (candidates: [Selection.Candidate], clipped: [Double: Double]) {
    let folds = Fold.blocks(of: problem.transitions, count: grid.folds, gap: grid.gap)
    let subproblems = neurons.flatMap { neuron in
      alphas.map { Subproblem(neuron: neuron, alpha: $0) }
    }
    var lambdas = lambdas.sorted(by: >)
    var tally = Tally(alphas: alphas.count, lambdas: lambdas.count)
    for (number, fold) in folds.enumerated() {
      // The first fold tells how far down the ridges it is worth going.
      let outcomes = try solve(
        fold, subproblems, lambdas, stopsEarly: number == 0, group: group, phases: phases)
      lambdas = Array(lambdas.prefix(outcomes.count))
      tally.add(outcomes, trainingCount: fold.training.count)
    }
    try tally.sum(over: group)
    let sampled = Double(try group.sum(neurons.count) * folds.count)
    var candidates: [Selection.Candidate] = []
    for (row, lambda) in lambdas.enumerated() {
      for (column, alpha) in alphas.enumerated() {
        candidates.append(
          Selection.Candidate(
            alpha: alpha, lambda: lambda, error: tally.relativeError(row, column)))
      }
    }
    return (
      candidates,
      Dictionary(uniqueKeysWithValues: zip(alphas, tally.clipped.map { $0 / sampled }))
    )
  }

  /// The solutions of one fold, down the ridges, at least the strongest three.
  private func solve(
    _ fold: Fold, _ subproblems: [Subproblem], _ lambdas: [Double], stopsEarly: Bool,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> [PanelOutcome<S>] {
    let regressors = try Regressors(problem.regressors, fold: fold, group: group)
    let work = PanelWork(
      subproblems: subproblems, margin: configuration.targetMargin,
      fitted: problem.transitions.selecting(fold.training),
      heldOut: problem.transitions.selecting(fold.validation),
      solver: ConjugateGradients(
        loss: loss, tolerance: grid.tolerance, iterations: grid.iterations,
        initialMargin: configuration.initialMargin),
      threads: threads)
    let excludesSelf = !configuration.selfConnections
    let alphas = max(1, subproblems.count / max(1, neurons.count))
    var outcomes: [PanelOutcome<S>] = []
    var descent = Descent()
    func isOver() throws -> Bool {
      guard stopsEarly, let last = outcomes.last else { return false }
      var errors = Tally(alphas: alphas, lambdas: 1)
      errors.add([last], trainingCount: fold.training.count)
      try errors.sum(over: group)
      return descent.isOver(after: (0..<alphas).map { errors.relativeError(0, $0) })
    }
    let isDual =
      configuration.resolvedForm(
        samples: regressors.samples, regressors: regressors.count) == .dual
    if isDual {
      let gram = try DualGram(regressors, group: group, phases: phases)
      for lambda in lambdas {
        let form = try DualForm(
          gram: gram, ridge: lambda * Double(fold.training.count), excludesSelf: excludesSelf,
          group: group, phases: phases)
        outcomes.append(
          try work.run(problem.recording, form: form, from: outcomes.last, phases: phases))
        if try isOver() { break }
      }
    } else {
      let gram = try PrimalGram(regressors, group: group, phases: phases)
      for lambda in lambdas {
        let form = try PrimalForm(
          gram: gram, ridge: lambda * Double(fold.training.count), excludesSelf: excludesSelf,
          group: group, phases: phases)
        outcomes.append(
          try work.run(problem.recording, form: form, from: outcomes.last, phases: phases))
        if try isOver() { break }
      }
    }
    return outcomes
  }
}

/// Squared errors by ridge (row) and leak (column), summed over neurons and folds.
private struct Tally {
  private let alphas: Int
  private var errors: [Double]
  private var persistence = [0.0]
  /// Shares of clipped targets by leak, summed over neurons and folds.
  private(set) var clipped: [Double]

  init(alphas: Int, lambdas: Int) {
    self.alphas = alphas
    errors = [Double](repeating: 0, count: alphas * lambdas)
    clipped = [Double](repeating: 0, count: alphas)
  }

  /// Adds the outcomes of one fold, one a ridge; their subproblems run through the leaks of
  /// a neuron before those of the next.
  mutating func add<S: Scalar>(_ outcomes: [PanelOutcome<S>], trainingCount: Int) {
    for (row, outcome) in outcomes.enumerated() {
      for (i, score) in outcome.scores.joined().enumerated() where score.mse.isFinite {
        errors[row * alphas + i % alphas] += score.mse
        if row == 0, i.isMultiple(of: alphas) { persistence[0] += score.persistence }
      }
    }
    for (i, count) in (outcomes.first?.panels.flatMap(\.clipped) ?? []).enumerated() {
      clipped[i % alphas] += Double(count) / Double(trainingCount)
    }
  }

  /// Adds up the ranks' tallies (collective).
  mutating func sum(over group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&errors)
    try group.sum(&persistence)
    try group.sum(&clipped)
  }

  /// The error of a candidate relative to that of persistence.
  func relativeError(_ lambda: Int, _ alpha: Int) -> Double {
    errors[lambda * alphas + alpha] / persistence[0]
  }
}

/// Whether weaker ridges still pay, judged by the best leak at each.
private struct Descent {
  private var best = Double.infinity
  private var sinceBest = 0

  /// Takes the errors at one ridge.
  mutating func isOver(after errors: [Double]) -> Bool {
    let lowest = errors.min() ?? .infinity
    sinceBest = lowest < best ? 0 : sinceBest + 1
    best = min(best, lowest)
    return sinceBest >= 2 && lowest > 1.01 * best
  }
}

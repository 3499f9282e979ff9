package import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

extension FitProblem<Double> {
  /// Compares the weights of a fit with those of null targets.
  ///
  /// The regressors stay as they are, so one factor serves the recorded targets and all nulls, which
  /// are more right-hand sides. Beside the regressors stand the leading components of the population
  /// at both frames of each transition, nearly free of the ridge: a drive that neurons share is then
  /// no weight. Surrogate targets keep what these components and the inputs make of a neuron (see
  /// `SurrogateTargets`), and lose any other drive. Each of `settings.components` makes a test of its
  /// own, in which a null has the same shift or phases, and a weight is found where all find it.
  ///
  /// `components` are of this recording, with as many loadings as are taken or more; nil if none are.
  /// `regions` has the region of each of all neurons, if pairs of them are to be compared. `progress`
  /// is told how many of this rank's neurons are done, once more with each test.
  ///
  /// - Throws: `NullError`, `FitError`; what `group` throws.
  /// - Returns: what the nulls say of the weights onto this rank's neurons.
  /// - Complexity: `nulls + 1` fits at a coarse tolerance a test; beside what a fit holds a panel a
  ///   thread and 12 bytes a weight and test, with two of them 8 more.
  /// - Collective: every rank of `group` must call it.
  package func nulls(
    _ recipe: FitRecipe, _ settings: NullSettings, components: PopulationComponents?,
    regions: [String]?, threads: Int, group: borrowing some RankGroup & ~Copyable,
    progress: @escaping (_ done: Int) -> Void = { _ in }
  ) throws -> WeightNulls {
    let possible = CircularShifts(frames: transitions.count).count
    guard settings.kind != .shift || settings.count <= possible else {
      throw NullError.tooManyShifts(
        nulls: settings.count, transitions: transitions.count, possible: possible)
    }
    var tests: [EdgeNulls] = []
    for count in settings.components {
      let before = tests.count * regressors.local.count
      tests.append(
        try test(
          recipe, settings, taking: count, of: components, regions: regions, threads: threads,
          group: group
        ) { progress(before + $0) })
    }
    return try WeightNulls(tests, group: group)
  }

  /// The nulls of one test, with so many of the components as regressors.
  ///
  /// - Collective: every rank of `group` must call it.
  private func test(
    _ recipe: FitRecipe, _ settings: NullSettings, taking count: Int,
    of components: PopulationComponents?, regions: [String]?, threads: Int,
    group: borrowing some RankGroup & ~Copyable, progress: @escaping (_ done: Int) -> Void
  ) throws -> EdgeNulls {
    let found = EdgeNulls(
      components: count, local: regressors.local.count, neurons: regressors.neurons,
      regions: regions.map { RegionNulls(regions: $0, nulls: settings.count) })
    let regressors = try withComponents(
      count, of: components, recipe.configuration, group: group)
    let configuration = recipe.configuration.comparing
    let form = form(recipe, settings, components: count)
    var work = PanelWork(
      subproblems: [], margin: configuration.targetMargin, fitted: transitions,
      heldOut: transitions.selecting([]), solver: configuration.searcher(for: [recipe.loss]),
      threads: threads)
    work.range = configuration.targetRange
    work.features = form.features
    work.widest = form.widest(samples: transitions.count)
    let surrogates = try surrogates(work, regressors, settings, recipe, group: group)
    let ridge = transitions.ridge(lambda: configuration.lambda)
    var walk = NullWalk(
      problem: self, recipe: recipe, nulls: settings.count, work: work, surrogates: surrogates,
      found: found, progress: progress)
    if let whole = restriction(recipe.constraints, configuration) {
      let restriction = whole.restricted(to: fittable.flatMap { walk.subproblems(of: $0) })
      let choice = try restriction.chooseForm(
        regressors, configuration, threads: threads, group: group)
      walk.work.widest = min(walk.work.widest, choice.widestPanel)
      try CORNN.visit(
        &walk, under: restriction, regressors: regressors, isDual: choice.isDual, ridges: [ridge],
        group: group, phases: Phases())
    } else {
      try form.visit(&walk, regressors, ridge: ridge, configuration, group: group)
    }
    try found.settle(over: group)
    return found
  }

  /// Bytes of address space that comparing with nulls takes of this rank, those it shares included.
  package func nullBytes(_ recipe: FitRecipe, _ settings: NullSettings, threads: Int) -> Double {
    let components = settings.components.max() ?? 0
    let form = form(recipe, settings, components: components)
    let (neurons, frames) = (Double(regressors.neurons), Double(transitions.count))
    let (local, count) = (
      Double(regressors.local.count), Double(regressors.count + 2 * components)
    )
    let order = max(min(count, frames), min(neurons, frames))
    // Standardised and rotated rates; regressors, their drives twice, unit states; products, their
    // inverse or eigenvectors, and those of rotated rates.
    let shared = 2 * neurons * frames + 3 * count * frames + count * neurons + 3 * order * order
    // Eigenvectors of samples, as they are and packed twice with what rounding leaves of them, and
    // of unit states, all less than as many float64.
    let packed = form.features == nil ? 0 : 2.5 * order * frames + order * neurons
    let rows = Double(max(form.widest(samples: transitions.count), settings.count + 1))
    let panels = Double(threads) * rows * (7 * frames + 4 * max(count, frames) + neurons)
    let tests = Double(settings.components.count)
    let numbers = 12 * tests + (tests > 1 ? 8 : 0)
    return 8 * (shared + packed + panels + local * frames) + numbers * local * neurons
  }

  /// In what the nulls of a recipe are solved.
  private func form(
    _ recipe: FitRecipe, _ settings: NullSettings, components: Int
  ) -> NullForm {
    NullForm(
      recipe.configuration.comparing, recipe.loss, settings,
      isBound: !recipe.constraints.isEmpty,
      neurons: regressors.neurons, samples: transitions.count,
      regressors: regressors.count + 2 * components)
  }

  /// What becomes of the targets of nulls, `regressors` having the components among them.
  ///
  /// - Collective: every rank of `group` must call it.
  private func surrogates(
    _ work: PanelWork, _ regressors: Regressors<Double>, _ settings: NullSettings,
    _ recipe: FitRecipe, group: borrowing some RankGroup & ~Copyable
  ) throws -> SurrogateTargets {
    let drives = try regressors.withoutNeurons(group: group)
    let driven = try driven(work, drives, recipe, group: group)
    var targets = Matrix<Double>(rows: driven.rows, columns: transitions.count)
    for i in fittable {
      for (k, target) in self.targets(of: i, recipe).enumerated() { targets[i, k] = target }
    }
    let inputs = self.regressors.inputScale.count
    let count = (regressors.inputScale.count - inputs) / 2
    let bends = DriveBends(
      targets: targets, outputs: driven, drives: drives.fitted.matrix,
      components: (inputs..<inputs + count, inputs + count..<inputs + 2 * count))
    return SurrogateTargets(
      settings.kind, seed: settings.seed, first: regressors.local.lowerBound, driven: driven,
      bends: bends)
  }

  /// The recorded targets of a neuron, by its index among this rank's; NaN where missing.
  func targets(of neuron: Int, _ recipe: FitRecipe) -> [Double] {
    let rule = recipe.configuration.targets(alpha: recipe.leaks[neuron])
    return transitions.frames.map {
      rule.target(from: recording.rates[neuron, $0], to: recording.rates[neuron, $0 + 1])
    }
  }

  /// `tanh s` of the fits without weights from neurons: local × transitions.
  ///
  /// - Collective: every rank of `group` must call it.
  private func driven(
    _ work: PanelWork, _ drives: Regressors<Double>, _ recipe: FitRecipe,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    let driven = DrivenTargets(local: regressors.local.count, transitions: transitions.count)
    guard drives.count > 0 else { return driven.outputs.copy() }
    var configuration = recipe.configuration
    configuration.selfConnections = true
    configuration.form = .primal
    var work = work
    work.features = nil
    work.solver = configuration.searcher(for: [recipe.loss])
    var walk = DriveWalk(problem: self, recipe: recipe, work: work, driven: driven)
    try CORNN.visit(
      &walk, regressors: drives, ridges: [transitions.ridge(lambda: configuration.lambda)],
      configuration: configuration, group: group, phases: Phases())
    return driven.outputs.copy()
  }

  /// The regressors with the components that are asked for, and unit states held out.
  private func withComponents(
    _ count: Int, of components: PopulationComponents?, _ configuration: Configuration,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Regressors<Double> {
    var more = Matrix<Double>(rows: 0, columns: transitions.count)
    if let components, count > 0 {
      more = try componentRegressors(components, count: count, group: group)
      // A regressor that is larger has a penalty that is smaller.
      let scale = max(1, configuration.lambda / NullSettings.componentRidge).squareRoot()
      for k in 0..<more.rows { more.scaleRow(k, by: scale) }
    }
    return try Regressors(regressors, and: more, group: group)
  }
}

extension Configuration {
  /// The same with the tolerance of nulls.
  fileprivate var comparing: Configuration {
    var configuration = self
    configuration.tolerance = NullSettings.tolerance
    return configuration
  }
}

/// What drives alone make of the targets of a rank's neurons: `tanh s`, local × transitions.
private final class DrivenTargets {
  var outputs: Matrix<Double>

  init(local: Int, transitions: Int) { outputs = Matrix(rows: local, columns: transitions) }
}

/// The fits of this rank's neurons to their drives alone, which are held out too.
private struct DriveWalk: RidgeVisitor {
  typealias S = Double

  let problem: FitProblem<Double>
  let recipe: FitRecipe
  let work: PanelWork
  let driven: DrivenTargets

  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == Double {
    let neurons = problem.fittable
    for start in stride(from: 0, to: neurons.count, by: work.widest) {
      let part = Array(neurons[start..<min(start + work.widest, neurons.count)])
      guard
        let solution = work.solve(
          part.map { Subproblem(neuron: $0, alpha: recipe.leaks[$0], loss: recipe.loss) },
          problem.recording, form: form)
      else { preconditionFailure("nobody abandons nulls") }
      var outputs = form.heldOutResponse(solution.coefficients, neurons: solution.neurons)
      var elements = outputs.mutableElements
      applyTanh(to: &elements)
      for (i, neuron) in part.enumerated() { driven.outputs.copyRow(neuron, from: outputs, i) }
    }
    return false
  }
}

internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Runtime
internal import Wording

// Which weights chance would have given, too.
extension EvaluateRun {
  /// What nulls say, where they were asked for.
  ///
  /// - Throws: on every rank alike, 64 for a model that has no nulls, or components that are not
  ///   there; what the nulls throw.
  /// - Collective: every rank of `world` must call it.
  func nulls(
    _ fitted: borrowing FittedProblem, threads: Int, _ console: Console,
    on world: borrowing Communicator
  ) throws -> NullReport? {
    guard let count = command.nulls.nulls else { return nil }
    try requireNulls(of: fitted)
    let labels = try pairedRegions(on: world)
    var settings = NullSettings()
    settings.count = count
    settings.kind = command.nulls.kind
    settings.seed = command.nulls.seed
    let problem = fitted.problem
    let components = try populationComponents(of: problem, on: world)
    settings.components = try componentCounts(of: problem, found: components)
    try world.agree {
      try MemoryLimit.require(
        problem.nullBytes(fitted.recipe, settings, threads: threads), for: "--nulls",
        remedy: "take more nodes or fewer ranks a node")
    }
    if settings.components.count > 1, !command.json {
      console.say(
        "nulls: two tests, without and with \(counted(settings.components[1], "component")) of the"
          + " population, which take twice the time of one")
    }
    let local = problem.regressors.local.count
    let most = try world.maximum(local) * settings.components.count
    let found = try problem.nulls(
      fitted.recipe, settings, components: components, regions: labels, threads: threads,
      group: world
    ) { console.progress("nulls", done: $0, of: most, unit: "neurons of a rank") }
    console.progress("nulls", done: most, of: most, unit: "neurons of a rank")
    return try NullReport(found, settings, components: components, of: model, on: world)
  }

  /// The regions of which pairs are told; nil if there are none.
  ///
  /// - Collective: every rank of `world` must call it.
  private func pairedRegions(on world: borrowing Communicator) throws -> [String]? {
    guard let labels = try regionLabels(on: world) else { return nil }
    let count = Set(labels).count
    guard count <= RegionNulls.most else {
      throw CommandLineError.usage(
        "there are \(count) regions, and pairs are told of at most \(RegionNulls.most): give"
          + " coarser ones (--regions)")
    }
    return labels
  }

  /// Refuses what ranks among nulls do not hold for.
  private func requireNulls(of fitted: borrowing FittedProblem) throws {
    func refuse(_ what: String) -> CommandLineError {
      CommandLineError.usage(
        "--nulls: \(model.path) \(what); nulls are of fits with convex losses whose weights have any"
          + " sign")
    }
    guard fitted.fit.loss.name != "weighted" else {
      throw refuse("was fitted with the loss weighted, which is not convex")
    }
    guard fitted.recipe.constraints.signs == nil else {
      throw refuse("has weights with fixed signs, many of which are 0 under any targets")
    }
    guard fitted.fit.refined == 0 else { throw refuse("was refined, and nulls are not") }
  }

  /// The population's components; nil where they are not asked for and too many to look at.
  ///
  /// - Collective: every rank of `world` must call it.
  private func populationComponents(
    of problem: FitProblem<Double>, on world: borrowing Communicator
  ) throws -> PopulationComponents? {
    let order = problem.componentOrder
    guard order <= PopulationComponents.mostOrder else {
      guard command.nulls.components == .value(0) else {
        throw CommandLineError.usage(
          "--components takes the eigenvalues of matrices of order \(order), and at most"
            + " \(PopulationComponents.mostOrder) are taken: give --components 0, and mind drives"
            + " that neurons share")
      }
      return nil
    }
    return try problem.populationComponents(seed: command.nulls.seed, group: world)
  }

  /// How many of them are taken by each test: by the rule those without and with what it takes.
  private func componentCounts(
    of problem: FitProblem<Double>, found: PopulationComponents?
  ) throws -> [Int] {
    switch command.nulls.components {
    case .auto: return [0] + [found?.taken ?? 0].filter { $0 > 0 }
    case .value(let count):
      let most = PopulationComponents.most(
        neurons: model.neurons, transitions: problem.transitions.count)
      guard count <= most else {
        throw CommandLineError.usage(
          "--components is \(count); of \(model.neurons) neurons and"
            + " \(problem.transitions.count) transitions at most \(most) are taken")
      }
      return [count]
    }
  }
}

internal import CORNN
internal import Planning
internal import Recordings
internal import Wording

/// The leaks, ridges and losses from which a fit chooses; one of each where it is given.
struct ModelCandidates {
  var grid = SelectionGrid()
  let losses: [NamedLoss]
  let leakPerNeuron: Bool
  /// How free runs choose among them; nil: the error one frame ahead does.
  let horizon: HorizonGrid?
  /// What may become of targets beyond ±1, the preferred first.
  let ranges: [TargetRange]

  /// The candidates that the flags leave, and a recording that says its leak `alpha` and its
  /// frame time `dt` in seconds, or does not.
  ///
  /// - Throws: `CommandLineError` if --tau cannot be turned into a leak, or if free runs have
  ///   nothing to choose.
  init(
    _ model: ModelOptions, horizon: HorizonGrid? = nil, ranges: [TargetRange] = [.clamped],
    alpha known: Double?, dt: Double?
  ) throws {
    losses = model.losses
    self.horizon = horizon
    self.ranges = ranges
    leakPerNeuron = model.alpha == .perNeuron
    if let alpha = try Self.alpha(model, known: known, dt: dt) { grid.alphas = [alpha] }
    if let lambda = model.lambda.given { grid.lambdas = [lambda] }
    guard horizon == nil || !isGiven else {
      throw CommandLineError.usage(
        "--select rollout or both has nothing to choose: lambda and the leak are both"
          + " given (the leak by a flag or by the recording); leave it out, or give --lambda auto or"
          + " --alpha auto")
    }
  }

  /// The same, tried on as many neurons as so many fitted transitions want.
  func sampled(transitions: Int) -> ModelCandidates {
    var result = self
    result.grid.rounds = SearchRound.usual(transitions: transitions)
    return result
  }

  /// Folds of the search over so many fitted transitions, as far as one knows: of leaks and ridges,
  /// of losses, and of the ridges of the loss that is taken.
  func expectedFolds(transitions: Int) -> Int {
    let blocks = isGiven ? 0 : grid.rounds.count + 2
    let folds = grid.foldsTried(transitions: transitions)
    let compared = grid.lossRounds.reduce(0) { $0 + min(folds, $1.blocks) }
    let found = losses.count > 1 ? folds * blocks + compared : 0
    return folds * blocks * ranges.count + found
  }

  /// How many there are of each; nil where there is nothing to choose.
  var counts: SearchCandidates? {
    let counts = SearchCandidates(
      leaks: grid.alphas.count, ridges: grid.lambdas.count, losses: losses.count,
      targets: ranges.count, leakPerNeuron: choosesLeakPerNeuron)
    return counts.isGiven ? nil : counts
  }

  /// What free runs take to choose; nil where they choose nothing.
  func horizonCost(of fit: PlannedFit, in job: Job) -> HorizonCost? {
    horizon.map { HorizonCost(fit, $0, grid: grid, in: job) }
  }

  /// The settings that are chosen, as their flags are called.
  var chosen: [String] {
    [
      ("alpha", leakPerNeuron || !isLeakGiven), ("lambda", grid.lambdas.count > 1),
      ("loss", losses.count > 1), ("targets", ranges.count > 1),
    ].filter { $0.1 }.map { $0.0 }
  }

  /// Whether each neuron's leak is chosen: free runs begin with them.
  var choosesLeakPerNeuron: Bool { leakPerNeuron || horizon != nil && !isLeakGiven }

  /// Whether the leak is given.
  var isLeakGiven: Bool { grid.alphas.count == 1 }

  /// Whether neither leak nor ridge is searched for.
  var isGiven: Bool { grid.alphas.count == 1 && grid.lambdas.count == 1 }

  /// The leak that is given by the flags, else by the recording; nil: it is chosen.
  private static func alpha(
    _ model: ModelOptions, known: Double?, dt: Double?
  ) throws -> Double? {
    guard let tau = model.tau else {
      guard let alpha = model.alpha else { return known }
      return alpha.given
    }
    guard let dt else {
      throw CommandLineError.usage(
        "--tau \(asGiven(tau)) needs the frame time, which the file does not have: give --dt, --rate"
          + " or --timestamps")
    }
    guard dt <= tau else {
      throw CommandLineError.usage(
        "--tau \(asGiven(tau)) s is shorter than a frame (\(plain(dt)) s): alpha = dt/tau would exceed 1"
      )
    }
    return dt / tau
  }
}

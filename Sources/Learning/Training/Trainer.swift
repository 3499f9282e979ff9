package import Collectives
package import Differentiation
package import LinearAlgebra
package import Runtime
package import SOFO
package import Tasks

/// Trains a network on a task with any of the optimisers and watches held-out trials.
package enum Trainer {
  /// The methods, by their names on the command line.
  package enum Method: String, CaseIterable, Sendable {
    case sofo
    case adam
    case forwardGradient = "fgd"
    case firstOrder = "sofo-first-order"
    case force

    /// What the method makes of random directions; nil for one that takes none.
    package var sketch: SOFO.Method? {
      switch self {
      case .sofo: .gaussNewton
      case .forwardGradient: .forwardGradient
      case .firstOrder: .projectedGradient
      case .adam, .force: nil
      }
    }

    /// Whether a step is taken in a subspace of random directions, by ranks in a grid.
    package var usesDirections: Bool { sketch != nil }
  }

  /// What a run is told.
  package struct Settings: Sendable {
    package var method = Method.sofo
    package var batch = 128
    package var iterations = 200
    /// Trials that are never trained on.
    package var heldOut = 512
    /// Iterations between evaluations.
    package var evaluateEvery = 10
    /// A held-out loss at which the training ends; nil for none.
    package var until: Double?
    /// Settings of SOFO and of the forward gradients.
    package var subspace = SOFOConfiguration()
    package var learningRate = 1e-3
    /// The longest gradient of Adam; 0 for no limit.
    package var clip = 0.0
    /// FORCE's α.
    package var alpha = 1.0
    package var grid: Grid?
    package var seed: UInt64 = 0

    package init() {}

    /// How SOFO's ranks share the work where the user does not say.
    package func automaticGrid(ranks: Int, _ program: Program) -> Grid {
      // More directions than parameters are refused later, with advice.
      let count = min(subspace.tangents, program.freeParameterCount)
      return .automatic(
        ranks: ranks, directions: DirectionPlan(program, kind: subspace.kind, count: count),
        batch: batch)
    }
  }

  /// What the loop tells after every iteration, the same on every rank.
  package struct Progress: Sendable {
    package let iteration: Int
    package let loss: Double
    /// Loss on held-out trials, where it was evaluated, and the share of right decisions, where
    /// there are any.
    package let heldOutLoss: Double?
    package let accuracy: Double?
    package let elapsed: Double
    package let damping: Double?
    package let learningRate: Double?
  }

  /// Trains (collective).
  ///
  /// SOFO arranges the ranks in a grid, Adam shares trials, FORCE repeats the same work on
  /// each. `decide` is called after every iteration on every rank; if it says `.save` or
  /// `.stop` on any, `save` is called on all with a state to resume from. So it is where `pacer`
  /// ends an iteration before it is done.
  ///
  /// - Returns: the best parameters by held-out loss, with the log.
  /// - Throws: `SOFOError`, or what communication throws.
  package static func run<S: Scalar, Group: RankGroup & ~Copyable>(
    _ task: some LearningTask, _ settings: Settings, on group: borrowing Group,
    precision: S.Type, phases: Phases, resuming: TrainState? = nil,
    pacer: StopPacer = StopPacer(),
    save: (TrainState) throws -> Void = { _ in },
    decide: (Progress) throws -> TrainDecision
  ) throws -> TrainResult {
    let program = task.record()
    let loop = TrainingLoop(task: task, program: program, settings: settings, pacer: pacer)
    switch settings.method {
    case .sofo, .forwardGradient, .firstOrder:
      let grid =
        settings.grid
        ?? settings.automaticGrid(ranks: group.size, program)
      guard grid.ranks == group.size else {
        throw SOFOError.configuration(
          "--grid \(grid) needs \(grid.ranks) ranks, there are \(group.size)")
      }
      var configuration = settings.subspace
      configuration.seed = settings.seed
      configuration.method = settings.method.sketch ?? configuration.method
      var stepper = SubspaceStepper(
        optimizer: try SubspaceOptimizer<S, Group>(
          program, configuration, ranks: RankGrid(group, grid: grid), batch: settings.batch,
          lossSteps: task.lossSteps))
      return try loop.run(
        &stepper, on: group, phases: phases, resuming: resuming, save: save,
        decide: decide)
    case .adam:
      try checkTrials(settings, among: group.size)
      var adam = AdamSettings()
      adam.learningRate = settings.learningRate
      adam.clip = settings.clip
      var stepper = AdamStepper(
        optimizer: try Adam<S, Group>(
          program, adam, group: group, batch: settings.batch, steps: task.steps))
      return try loop.run(
        &stepper, on: group, phases: phases, resuming: resuming, save: save,
        decide: decide)
    case .force:
      guard let readout = task.readout else {
        throw SOFOError.configuration(
          "--optimizer force trains a readout, which this task does not name: use flipflop")
      }
      var stepper = ForceStepper(
        optimizer: Force<S>(
          program, readout: readout.parameter, activity: readout.activity,
          rows: settings.batch, alpha: settings.alpha), batch: settings.batch,
        group: try group.split(color: 0))
      return try loop.run(
        &stepper, on: group, phases: phases, resuming: resuming, save: save,
        decide: decide)
    }
  }

  private static func checkTrials(_ settings: Settings, among ranks: Int) throws {
    guard settings.batch >= ranks else {
      throw SOFOError.configuration(
        "--batch \(settings.batch) for \(ranks) ranks: Adam needs a trial on each")
    }
  }
}

/// What training leaves: parameters, log, evaluations and scores.
package struct TrainResult: Sendable {
  package let program: Program
  /// The best parameters by held-out loss.
  package var parameters: [Double]
  /// The parameters after the last iteration.
  package var lastParameters: [Double]
  package var bestIteration = 0
  package var bestLoss = Double.infinity
  /// The iteration at which the loss was no longer finite and the run ended.
  package var divergedAt: Int?
  /// Whether and how the training ran away.
  package var divergence: Divergence?
  package var log = TrainLog()
  package var evaluation = TrainLog()
  /// Whether the held-out loss came down to where the training was to end.
  package var hasReachedGoal = false
  /// Whether the caller stopped the run before its last iteration.
  package var wasStopped = false
  /// The task's own scores of the best parameters.
  package var scores: [Score] = []
  /// What the network does with the best parameters.
  package var pictures: [Picture] = []
  /// Bytes of this rank's work space.
  package var bytes = 0
}

/// One entry an iteration (or an evaluation).
package struct TrainLog: Sendable, Codable {
  package var iteration: [Int] = []
  package var loss: [Double] = []
  /// Seconds since the start, evaluations not counted.
  package var elapsed: [Double] = []
  /// The damping and learning rate of the step; NaN where none was taken or used.
  package var damping: [Double] = []
  package var learningRate: [Double] = []
  /// Of a classifier's evaluations: the share of decisions that are right; nil for other tasks.
  package var accuracy: [Double]?

  package init() {}
}

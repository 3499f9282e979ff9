package import Collectives
package import Differentiation
package import LinearAlgebra
package import Runtime
package import SOFO
package import Tasks

/// Trains a network on a task with any of the optimisers and watches held-out trials.
package enum Trainer {
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
    /// The longest gradient of Adam and its kin; 0 for no limit.
    package var clip = 0.0
    /// How their learning rate changes over the run.
    package var schedule = LearningRateSchedule()
    /// λ of AdamW, SOAP and Muon.
    package var weightDecay = 0.0
    /// Settings of EGGROLL.
    package var evolution = EvolutionSettings()
    /// FORCE's α.
    package var alpha = 1.0
    package var grid: Grid?
    /// How the steps of a trial grow; nil: they have their length from the first.
    package var growth: StepGrowth?
    package var seed: UInt64 = 0
    /// A run as long as this, whatever its iterations; nil: all iterations.
    package var budget: TimeBudget?
    /// What is found out about the best parameters once the training is over.
    package var afterwards = Afterwards.scoresAndPictures

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

  /// What may follow a training.
  package enum Afterwards: Sendable { case nothing, scores, scoresAndPictures }

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
    func drive<Method: Stepper & ~Copyable>(
      _ stepper: consuming Method, on group: borrowing Group
    ) throws -> TrainResult {
      var stepper = stepper
      return try loop.run(
        &stepper, on: group, phases: phases, resuming: resuming, save: save, decide: decide)
    }
    func descend<Source: GradientSource & ~Copyable>(
      _ source: consuming Source, by rule: some UpdateRule, on group: borrowing Group
    ) throws -> TrainResult {
      try drive(
        GradientStepper(
          optimizer: GradientDescent(program, settings.steps, source: source, rule: rule)),
        on: group)
    }
    try checkRanks(settings, group.size)
    func tape(on group: borrowing Group) throws -> TapeGradient<S, Group> {
      try TapeGradient(program, group: group, batch: settings.batch, steps: task.steps)
    }
    let decay = settings.weightDecay
    switch settings.method {
    case .sofo, .forwardGradient, .firstOrder:
      return try drive(
        SubspaceStepper<S, Group>(
          optimizer: try subspaceOptimizer(program, settings, task.lossSteps, on: group),
          schedule: settings.schedule),
        on: group)
    case .adam: return try descend(tape(on: group), by: Adam(program), on: group)
    case .adamw:
      return try descend(tape(on: group), by: Adam(program, weightDecay: decay), on: group)
    case .soap:
      return try descend(tape(on: group), by: Soap(program, weightDecay: decay), on: group)
    case .muon:
      return try descend(tape(on: group), by: Muon(program, weightDecay: decay), on: group)
    case .eggroll:
      let source = try LowRankEvolution<S, Group>(
        program, settings.evolution, seed: settings.seed, group: group, batch: settings.batch)
      return try descend(source, by: Adam(program), on: group)
    case .force:
      guard let readout = task.readout else {
        throw SOFOError.configuration(
          "--optimizer force trains a readout, which this task does not name: use flipflop")
      }
      return try drive(
        ForceStepper(
          optimizer: Force<S>(
            program, readout: readout.parameter, activity: readout.activity,
            rows: settings.batch, alpha: settings.alpha), batch: settings.batch,
          group: try group.split(color: 0)), on: group)
    }
  }

  /// Evaluates what a stopped run has come to, where that was not done (collective): who cannot go
  /// on with it would keep the parameters of its last evaluation, those of the start if there was
  /// no other.
  ///
  /// - Throws: `StopPacer.Interrupted` where `pacer` is asked to stop; what communication throws.
  package static func evaluateLast<S: Scalar>(
    _ result: inout TrainResult, _ task: some LearningTask, _ settings: Settings,
    on group: borrowing some RankGroup & ~Copyable, precision: S.Type, phases: Phases,
    pacer: StopPacer = StopPacer()
  ) throws {
    let loop = TrainingLoop(
      task: task, program: result.program, settings: settings, pacer: pacer)
    try loop.evaluateLast(&result, on: group, phases, precision: precision)
  }

  private static func subspaceOptimizer<S: Scalar, Group: RankGroup & ~Copyable>(
    _ program: Program, _ settings: Settings, _ lossSteps: Int, on group: borrowing Group
  ) throws -> SubspaceOptimizer<S, Group> {
    let grid = settings.grid ?? settings.automaticGrid(ranks: group.size, program)
    var configuration = settings.subspace
    configuration.seed = settings.seed
    configuration.method = settings.method.sketch ?? configuration.method
    return try SubspaceOptimizer(
      program, configuration, ranks: RankGrid(group, grid: grid), batch: settings.batch,
      lossSteps: lossSteps)
  }

  /// Checks that there are as many ranks as the grid has, and that they can share the trials, where
  /// the method has them do so.
  ///
  /// - Throws: `SOFOError` with what to change.
  package static func checkRanks(_ settings: Settings, _ ranks: Int) throws {
    if settings.method.usesDirections, let grid = settings.grid, grid.ranks != ranks {
      throw SOFOError.configuration(
        "--grid \(grid) needs \(grid.ranks) ranks, there are \(ranks)")
    }
    guard !settings.method.usesGradient || settings.batch >= ranks else {
      throw SOFOError.configuration(
        "--batch \(settings.batch) for \(ranks) ranks: \(settings.method.title) needs a trial on "
          + "each")
    }
  }
}

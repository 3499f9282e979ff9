internal import Collectives
internal import Differentiation
internal import LinearAlgebra
internal import Tasks

/// The loop that all optimisers share.
struct TrainingLoop<T: LearningTask> {
  let task: T
  let program: Program
  let settings: Trainer.Settings

  /// Runs all iterations (collective).
  func run<Method: Stepper & ~Copyable>(
    _ stepper: inout Method, on group: borrowing some RankGroup & ~Copyable, phases: Phases,
    resuming: TrainState?, save: (TrainState) throws -> Void,
    decide: (Trainer.Progress) throws -> TrainDecision
  ) throws -> TrainResult {
    var state = resuming ?? initialState()
    if resuming != nil { stepper.memory = state.memory }
    let heldOut = Partition(of: settings.heldOut, among: group.size).range(of: group.rank)
    let reserved: Trials<Method.Number> = task.trials(
      heldOut, of: settings.heldOut, iteration: 0, purpose: .heldOut, seed: settings.seed,
      program: program, precision: Method.Number.self)
    var rollout = Rollout<Method.Number>(program, rows: heldOut.count)
    var divergedAt: Int?
    var wasStopped = false

    while state.iteration < settings.iterations && divergedAt == nil && !wasStopped {
      let iteration = state.iteration
      var heldOutLoss: Double?
      if iteration % settings.evaluateEvery == 0 {
        heldOutLoss = try evaluate(reserved, &rollout, on: group, phases, &state)
      }
      let outcome = try step(&stepper, phases: phases, &state)
      if !outcome.loss.isFinite { divergedAt = iteration }
      // Clocks and signals differ between ranks: all do what the most urgent one says.
      let wish = try decide(
        Trainer.Progress(
          iteration: iteration, loss: outcome.loss, heldOutLoss: heldOutLoss,
          elapsed: state.elapsed, damping: outcome.damping, learningRate: outcome.learningRate))
      let decision = try group.maximum(wish.rawValue)
      wasStopped = decision == TrainDecision.stop.rawValue
      if decision > TrainDecision.goOn.rawValue {
        state.memory = stepper.memory
        try save(state)
      }
    }
    _ = try evaluate(reserved, &rollout, on: group, phases, &state)
    return result(
      state, bytes: stepper.bytes, divergedAt: divergedAt, wasStopped: wasStopped, phases)
  }

  private func initialState() -> TrainState {
    var state = TrainState()
    state.parameters = program.initialParameters(seed: settings.seed)
    state.bestParameters = state.parameters
    return state
  }

  /// One iteration: a batch and a step.
  private func step<Method: Stepper & ~Copyable>(
    _ stepper: inout Method, phases: Phases, _ state: inout TrainState
  ) throws -> StepOutcome {
    let start = ContinuousClock.now
    let trials: Trials<Method.Number> = phases.measure("data") {
      task.trials(
        stepper.ownTrials, of: settings.batch, iteration: state.iteration, seed: settings.seed,
        program: program, precision: Method.Number.self)
    }
    let outcome = try stepper.step(
      trials, iteration: state.iteration, parameters: &state.parameters, phases: phases)
    state.elapsed += (ContinuousClock.now - start) / .seconds(1)
    state.log.append(state.iteration, outcome, state.elapsed)
    state.iteration += 1
    return outcome
  }

  private func result(
    _ state: TrainState, bytes: Int, divergedAt: Int?, wasStopped: Bool, _ phases: Phases
  ) -> TrainResult {
    var result = TrainResult(
      program: program, parameters: state.bestParameters, lastParameters: state.parameters)
    result.bestIteration = state.bestIteration
    result.bestLoss = state.bestLoss
    result.log = state.log
    result.evaluation = state.evaluation
    result.bytes = bytes
    result.divergedAt = divergedAt
    result.wasStopped = wasStopped
    result.scores = phases.measure("scores") {
      task.scores(program, parameters: result.parameters, seed: settings.seed)
    }
    result.pictures = phases.measure("pictures") {
      task.pictures(program, parameters: result.parameters, seed: settings.seed)
    }
    return result
  }

  /// The held-out loss; keeps the parameters if they are the best so far.
  private func evaluate<S: Scalar>(
    _ trials: Trials<S>, _ rollout: inout Rollout<S>,
    on group: borrowing some RankGroup & ~Copyable, _ phases: Phases, _ state: inout TrainState
  ) throws -> Double {
    let share = phases.measure("evaluation") {
      rollout.load(parameters: state.parameters)
      return rollout.run(trials)
    }
    let loss = try group.sum(share)
    state.evaluation.append(state.iteration, StepOutcome(loss: loss), state.elapsed)
    if loss < state.bestLoss {
      state.bestLoss = loss
      state.bestIteration = state.iteration
      state.bestParameters = state.parameters
    }
    return loss
  }
}

extension TrainLog {
  mutating func append(_ iteration: Int, _ outcome: StepOutcome, _ elapsed: Double) {
    self.iteration.append(iteration)
    loss.append(outcome.loss)
    self.elapsed.append(elapsed)
    damping.append(outcome.damping ?? .nan)
    learningRate.append(outcome.learningRate ?? .nan)
  }
}

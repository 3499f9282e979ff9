internal import Collectives
internal import Differentiation
package import Runtime
package import Tasks

/// The loop that all optimisers share.
struct TrainingLoop<T: LearningTask> {
  let task: T
  let program: Program
  let settings: Trainer.Settings
  /// Looks within an iteration, and within an evaluation, whether the run is to stop.
  let pacer: StopPacer

  /// Runs all iterations (collective).
  func run<Method: Stepper & ~Copyable>(
    _ stepper: inout Method, on group: borrowing some RankGroup & ~Copyable, phases: Phases,
    resuming: TrainState?, save: (TrainState) throws -> Void,
    decide: (Trainer.Progress) throws -> TrainDecision
  ) throws -> TrainResult {
    var state = resuming ?? initialState()
    if resuming != nil { stepper.memory = state.memory }
    // A run that was saved as it diverged has ended there.
    var divergedAt = state.log.loss.last?.isFinite == false ? state.log.iteration.last : nil
    var wasStopped = false

    while !isDone(state) && divergedAt == nil && !wasStopped {
      let iteration = state.iteration
      var outcome: StepOutcome
      do {
        if isEvaluationDue(state) {
          _ = try evaluate(on: group, phases, &state, precision: Method.Number.self)
        }
        if hasReachedGoal(state) { break }
        outcome = try step(&stepper, on: group, phases: phases, &state)
      } catch is StopPacer.Interrupted {
        // On all ranks: what is kept is the state after the last whole iteration.
        wasStopped = true
        state.memory = stepper.memory
        try save(state)
        break
      }
      if !outcome.loss.isFinite { divergedAt = iteration }
      // Also where a run that was stopped within this iteration had evaluated it already.
      let isEvaluated = state.evaluation.iteration.last == iteration
      // Clocks and signals differ between ranks: all do what the most urgent one says.
      let wish = try decide(
        Trainer.Progress(
          iteration: iteration, loss: outcome.loss,
          heldOutLoss: isEvaluated ? state.evaluation.loss.last : nil,
          accuracy: isEvaluated ? state.evaluation.accuracy?.last : nil,
          elapsed: state.elapsed,
          damping: outcome.damping, learningRate: outcome.learningRate))
      let decision = try group.maximum(wish.rawValue)
      wasStopped = decision == TrainDecision.stop.rawValue
      if decision > TrainDecision.goOn.rawValue {
        state.memory = stepper.memory
        try save(state)
      }
    }
    if !wasStopped, !hasReachedGoal(state) {
      do {
        _ = try evaluate(on: group, phases, &state, precision: Method.Number.self)
      } catch is StopPacer.Interrupted {
        wasStopped = true
        state.memory = stepper.memory
        try save(state)
      }
    }
    return result(
      state, bytes: stepper.bytes, divergedAt: divergedAt, wasStopped: wasStopped, phases)
  }

  func hasReachedGoal(_ state: TrainState) -> Bool {
    settings.until.map { state.bestLoss <= $0 } ?? false
  }

  private func isDone(_ state: TrainState) -> Bool {
    settings.budget.map { state.elapsed >= $0.seconds } ?? (state.iteration >= settings.iterations)
  }

  /// A run that was stopped within an iteration has evaluated it already.
  private func isEvaluationDue(_ state: TrainState) -> Bool {
    guard state.evaluation.iteration.last != state.iteration else { return false }
    return settings.budget?.isEvaluationDue(
      at: state.elapsed, done: state.evaluation.iteration.count)
      ?? (state.iteration % settings.evaluateEvery == 0)
  }

  private func moment(of state: TrainState) -> Moment {
    let share =
      settings.budget.map { state.elapsed / $0.seconds }
      // The middle of the iteration: neither end of a schedule is a step of length 0.
      ?? ((Double(state.iteration) + 0.5) / Double(settings.iterations))
    return Moment(iteration: state.iteration, progress: min(1, share))
  }

  private func initialState() -> TrainState {
    var state = TrainState()
    state.parameters = program.initialParameters(seed: settings.seed)
    state.bestParameters = state.parameters
    return state
  }

  /// One iteration: a batch and a step.
  private func step<Method: Stepper & ~Copyable>(
    _ stepper: inout Method, on group: borrowing some RankGroup & ~Copyable, phases: Phases,
    _ state: inout TrainState
  ) throws -> StepOutcome {
    let start = ContinuousClock.now
    let moment = moment(of: state)
    let task =
      settings.growth.flatMap {
        self.task.shortened(to: $0.steps(at: moment.progress, of: self.task.steps))
      } ?? self.task
    let trials: Trials<Method.Number> = phases.measure("data") {
      task.trials(
        stepper.ownTrials, of: settings.batch, iteration: state.iteration, seed: settings.seed,
        program: program, precision: Method.Number.self)
    }
    let outcome = try stepper.step(
      trials, at: moment, parameters: &state.parameters, phases: phases, pacer: pacer)
    state.elapsed += (ContinuousClock.now - start) / .seconds(1)
    // Where the clock decides, it is one clock.
    if settings.budget != nil { state.elapsed = try group.broadcast(state.elapsed) }
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
    result.hasReachedGoal = hasReachedGoal(state)
    result.divergence = Divergence(state, nonFiniteAt: divergedAt)
    // Who stops a run does not wait for what may take as long as many iterations.
    if !wasStopped {
      result.judge(by: task, settings.afterwards, seed: settings.seed, phases)
    }
    return result
  }
}

extension TrainResult {
  /// Adds the task's scores and pictures of the best parameters, as far as they are wanted.
  package mutating func judge(
    by task: some LearningTask, _ wanted: Trainer.Afterwards = .scoresAndPictures,
    seed: UInt64, _ phases: Phases
  ) {
    guard wanted != .nothing else { return }
    scores = phases.measure("scores") {
      task.scores(program, parameters: parameters, seed: seed)
    }
    guard wanted == .scoresAndPictures else { return }
    pictures = phases.measure("pictures") {
      task.pictures(program, parameters: parameters, seed: seed)
    }
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

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
    goOn: (Trainer.Progress) throws -> Bool
  ) throws -> TrainResult {
    var parameters = program.initialParameters(seed: settings.seed)
    var result = TrainResult(
      program: program, parameters: parameters, lastParameters: parameters)
    result.bytes = stepper.bytes
    let heldOut = Partition(of: settings.heldOut, among: group.size).range(of: group.rank)
    let reserved: Trials<Method.Number> = task.trials(
      heldOut, of: settings.heldOut, iteration: 0, purpose: .heldOut, seed: settings.seed,
      program: program, precision: Method.Number.self)
    var rollout = Rollout<Method.Number>(program, rows: heldOut.count)

    var training = Duration.zero
    for iteration in 0..<settings.iterations {
      var heldOutLoss: Double?
      if iteration % settings.evaluateEvery == 0 {
        heldOutLoss = try evaluate(
          parameters, reserved, &rollout, on: group, iteration, training, phases, &result)
      }
      let start = ContinuousClock.now
      let trials: Trials<Method.Number> = phases.measure("data") {
        task.trials(
          stepper.ownTrials, of: settings.batch, iteration: iteration, seed: settings.seed,
          program: program, precision: Method.Number.self)
      }
      let outcome = try stepper.step(
        trials, iteration: iteration, parameters: &parameters, phases: phases)
      training += ContinuousClock.now - start
      result.log.append(iteration, outcome, training / .seconds(1))
      guard outcome.loss.isFinite else {
        result.divergedAt = iteration
        break
      }
      let progress = Trainer.Progress(
        iteration: iteration, loss: outcome.loss, heldOutLoss: heldOutLoss,
        elapsed: training / .seconds(1), damping: outcome.damping,
        learningRate: outcome.learningRate)
      // Clocks differ between ranks: all stop if one does.
      let stop = try group.maximum(try goOn(progress) ? 0 : 1)
      if stop == 1 { break }
    }
    _ = try evaluate(
      parameters, reserved, &rollout, on: group, result.log.iteration.count, training, phases,
      &result)
    result.lastParameters = parameters
    if !result.bestLoss.isFinite { result.parameters = parameters }
    result.scores = phases.measure("scores") {
      task.scores(program, parameters: result.parameters, seed: settings.seed)
    }
    return result
  }

  /// The held-out loss; keeps the parameters if they are the best so far.
  private func evaluate<S: Scalar>(
    _ parameters: [Double], _ trials: Trials<S>, _ rollout: inout Rollout<S>,
    on group: borrowing some RankGroup & ~Copyable, _ iteration: Int, _ elapsed: Duration,
    _ phases: Phases, _ result: inout TrainResult
  ) throws -> Double {
    let share = phases.measure("evaluation") {
      rollout.load(parameters: parameters)
      return rollout.run(trials)
    }
    let loss = try group.sum(share)
    result.evaluation.append(iteration, StepOutcome(loss: loss), elapsed / .seconds(1))
    if loss < result.bestLoss {
      result.bestLoss = loss
      result.bestIteration = iteration
      result.parameters = parameters
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

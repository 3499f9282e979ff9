internal import Collectives
internal import Differentiation
internal import LinearAlgebra
internal import RandomNumbers
internal import Runtime
internal import Tasks

extension TrainingLoop {
  /// The held-out loss; keeps the parameters if they are the best so far.
  func evaluate<S: Scalar>(
    on group: borrowing some RankGroup & ~Copyable, _ phases: Phases, _ state: inout TrainState,
    precision: S.Type
  ) throws -> Double {
    let share = try phases.measure("evaluation") {
      try heldOutShare(on: group, state.parameters, precision: precision)
    }
    let loss = try group.sum(share.loss)
    state.evaluation.append(state.iteration, StepOutcome(loss: loss), state.elapsed)
    let decided = try group.sum(Double(share.decisions.count))
    if decided > 0 {
      let right = try group.sum(Double(share.decisions.right))
      state.evaluation.accuracy = (state.evaluation.accuracy ?? []) + [right / decided]
    }
    if loss < state.bestLoss {
      state.bestLoss = loss
      state.bestIteration = state.iteration
      state.bestParameters = state.parameters
    }
    return loss
  }

  /// One rank's share of the held-out loss, and its decisions where the task is to classify.
  ///
  /// The trials are drawn anew, some at a time: kept, they would grow with their steps beyond all
  /// else that training holds.
  private func heldOutShare<S: Scalar>(
    on group: borrowing some RankGroup & ~Copyable, _ parameters: [Double], precision: S.Type
  ) throws -> (loss: Double, decisions: Decisions) {
    let shares = Partition(of: settings.heldOut, among: group.size)
    let own = shares.range(of: group.rank)
    var share = 0.0
    var decisions = Decisions()
    for place in stride(from: 0, to: shares.counts.max() ?? 0, by: Self.portion) {
      let first = own.lowerBound + place
      // Without a portion left this rank keeps step with the others.
      guard first < own.upperBound else {
        for _ in 0..<task.steps { try pacer.step(.evaluation, on: group) }
        continue
      }
      let portion = first..<min(first + Self.portion, own.upperBound)
      var rollout = Rollout<S>(program, rows: portion.count)
      rollout.load(parameters: parameters)
      let trials: Trials<S> = task.trials(
        portion, of: settings.heldOut, iteration: 0, purpose: .heldOutTrials, seed: settings.seed,
        program: program, precision: precision)
      let layout = rollout.layout
      share += try rollout.run(trials) { t, arena in
        decisions.add(step: t, of: trials, program, arena, layout)
        try pacer.step(.evaluation, on: group)
      }
    }
    return (share, decisions)
  }

  /// Evaluates the last parameters of a run that is over, unless that was done (collective).
  func evaluateLast<S: Scalar>(
    _ result: inout TrainResult, on group: borrowing some RankGroup & ~Copyable, _ phases: Phases,
    precision: S.Type
  ) throws {
    var state = TrainState()
    state.iteration = result.log.iteration.last.map { $0 + 1 } ?? 0
    guard state.iteration != result.evaluation.iteration.last else { return }
    state.parameters = result.lastParameters
    state.bestParameters = result.parameters
    state.bestIteration = result.bestIteration
    state.bestLoss = result.bestLoss
    state.evaluation = result.evaluation
    state.elapsed = result.log.elapsed.last ?? 0
    _ = try evaluate(on: group, phases, &state, precision: precision)
    result.parameters = state.bestParameters
    result.bestIteration = state.bestIteration
    result.bestLoss = state.bestLoss
    result.evaluation = state.evaluation
    result.hasReachedGoal = hasReachedGoal(state)
    result.divergence = Divergence(state, nonFiniteAt: result.divergedAt)
  }

  /// Held-out trials at a time.
  private static var portion: Int { 64 }
}

import Differentiation
import LinearAlgebra
import TestSupport
import Testing

/// Sets of parameters side by side, against one after the other.
@Suite struct CandidateRolloutTests {
  private func candidates(_ program: Program, _ count: Int) -> [[Double]] {
    (0..<count).map { program.initialParameters(seed: UInt64(30 + $0)) }
  }

  private func losses(
    _ rollout: inout CandidateRollout<Double>, _ trials: Trials<Double>, within limit: Double
  ) -> [Double] {
    rollout.begin(trials)
    for t in 0..<trials.steps { rollout.step(t, trials, within: limit) }
    return rollout.losses
  }

  private func alone(_ program: Program, _ candidate: [Double], _ trials: Trials<Double>) -> Double
  {
    var rollout = Rollout<Double>(program, rows: trials.count)
    rollout.load(parameters: candidate)
    return rollout.run(trials)
  }

  @Test(arguments: Example.allCases) func lossesAreThoseOfEachAlone(example: Example) {
    let program = example.program
    let trials = example.trials()
    let candidates = candidates(program, 4)
    var rollout = CandidateRollout<Double>(program, rows: trials.count, sets: 4)
    let expected = candidates.map { alone(program, $0, trials) }
    // More and fewer sets than the last time, and fewer trials than there is room for.
    for some in [0..<4, 1..<3] {
      rollout.load(Array(candidates[some]), losses: some.map { _ in 0 })
      let found = losses(&rollout, trials, within: .infinity)
      #expect(relativeError(found, Array(expected[some])) < 1e-12)
      rollout.load(Array(candidates[some]), losses: found)
      let first = trials.some(0..<1, of: program)
      let more = losses(&rollout, first, within: .infinity)
      let both = some.map { expected[$0] + alone(program, candidates[$0], first) }
      #expect(relativeError(more, both) < 1e-12)
    }
  }

  /// Each of them in turn is alone within its own loss, whatever place the others leave it.
  @Test(arguments: Example.allCases) func thoseBeyondALimitAreGivenUp(example: Example) {
    let program = example.program
    let trials = example.trials(steps: 6)
    let candidates = candidates(program, 5)
    let expected = candidates.map { alone(program, $0, trials) }
    var rollout = CandidateRollout<Double>(program, rows: trials.count, sets: 5)
    for limit in expected {
      rollout.load(candidates, losses: candidates.map { _ in 0 })
      let found = losses(&rollout, trials, within: limit * (1 + 1e-11))
      for (a, b) in zip(found, expected) {
        if b <= limit { #expect(abs(a - b) < 1e-12 * b) } else { #expect(a == .infinity) }
      }
      // What has been given up on some trials is not tried on others.
      rollout.load(candidates, losses: found)
      for (a, b) in zip(losses(&rollout, trials, within: .infinity), found) {
        #expect(a.isFinite == b.isFinite)
      }
    }
  }

  /// A loss that is no number is given up as one that is too large.
  @Test func lossesThatAreNoNumbers() {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials()
    var candidates = candidates(program, 2)
    candidates[0][0] = .nan
    var rollout = CandidateRollout<Double>(program, rows: trials.count, sets: 2)
    rollout.load(candidates, losses: [0, 0])
    let found = losses(&rollout, trials, within: .infinity)
    #expect(found[0] == .infinity && found[1].isFinite)
  }
}

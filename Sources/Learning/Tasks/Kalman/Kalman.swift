package import Differentiation
internal import LinearAlgebra
internal import SOFO

/// Estimates a hidden value from noisy observations while the world's laws change.
///
/// A linear system of s dimensions is redrawn with probability 1/100 a step after the
/// first 100 steps; the network sees observations only and must be as good as a filter
/// that is told each new system:
/// ```
/// z ← (1 − a) z + a relu(z C + y B + b),   x̂ = z O,   a = 0.25
/// ```
/// The error is the mean square of x̂ − x. z starts at 0.
package struct Kalman: LearningTask {
  package let dimensions: Int
  package let hidden: Int
  package let steps: Int

  package init(dimensions: Int = 1, hidden: Int = 100, steps: Int = 500) {
    precondition(dimensions == 1 || dimensions == 2, "Kalman in \(dimensions) dimensions")
    self.dimensions = dimensions
    self.hidden = hidden
    self.steps = steps
  }

  package var defaultBatch: Int { 64 }
  package var advice: Advice {
    // The step that does best on the same batch follows that batch's noise: fixed ones go on where
    // the search rests, and further as they shorten.
    Advice(
      rule: .relative, learningRate: 1, damping: 1e-6, tangents: 128, kind: .blockLocalRankOne,
      schedule: .cosine)
  }

  package func record() -> Program {
    let r = Recorder()
    let s = dimensions
    let c = r.parameter("C", hidden, hidden, .normal(deviation: 1 / Double(hidden).squareRoot()))
    let gain = 1 / Double(s + 1).squareRoot()
    let b = r.parameter("B", s, hidden, .normal(deviation: gain))
    let bias = r.parameter("b", 1, hidden, .normal(deviation: gain))
    // The readout starts by repeating the observation.
    let o = r.parameter("O", hidden, s, .pseudoInverse(of: b.id))
    let z = r.state(startingAt: r.trialInput("z0", width: hidden))
    let y = r.input("y", width: s)
    let next = 0.75 * z + 0.25 * relu(z * c + y * b + bias)
    r.advance(z, to: next)
    let estimate = next * o
    r.output("estimate", estimate)
    r.squaredError(estimate, r.input("x", width: s))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let episode = KalmanEpisode(dimensions: dimensions, steps: steps, &numbers)
    return [[Double](repeating: 0, count: hidden), episode.observations, episode.hidden]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    KalmanJudge(task: self).scores(program, parameters: parameters, seed: seed)
  }

  package func pictures(_ program: Program, parameters: [Double], seed: UInt64) -> [Picture] {
    heldOutTrials(program, parameters: parameters, seed: seed)
      + KalmanJudge(task: self).pictures(program, parameters: parameters, seed: seed)
  }
}

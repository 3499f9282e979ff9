package import Collectives
internal import Kernels
internal import LinearAlgebra
private import Glibc

/// A network that is refitted while frames arrive.
///
/// Each transition moves the weights of all neurons by one exact step of rank one, with working
/// responses `z = s + E(s)`; between transitions, as time allows, a few neurons at a time take
/// iterations of conjugate gradients on the whole window, which lead to the minimum of
/// ``LiveProblem``. So forecasts are as fresh as the last frame, and weights are exact once a
/// sweep has been through all neurons.
///
/// Each rank has its neurons; frames are the same on every rank.
/// Reference: Dinç, Shai, Schnitzer, Tanaka (2023), CORNN, for the problem; the step is
/// recursive least squares on its working responses.
package final class LiveFit {
  package let problem: LiveProblem
  /// The leak of each of this rank's neurons.
  package let alpha: [Double]
  private let form: any LiveForm
  /// The row that the sweep comes to next.
  private var next = 0
  /// Times that the sweep went through all of this rank's neurons.
  package private(set) var sweeps = 0
  /// Transitions taken.
  package private(set) var transitions = 0

  /// A fit without any transition: its weights are zero.
  ///
  /// `form` auto: primal where the regressors are fewer than the transitions of the window.
  package init(_ problem: LiveProblem, alpha: [Double], form: Configuration.Form = .auto) {
    precondition(alpha.count == problem.local.count, "\(alpha.count) leaks for \(problem.local)")
    self.problem = problem
    self.alpha = alpha
    let isDual = form == .auto ? problem.window < problem.regressors : form == .dual
    self.form = isDual ? LiveDual(problem) : LivePrimal(problem)
  }

  /// The form that is kept.
  package var kept: Configuration.Form { form is LiveDual ? .dual : .primal }

  /// Takes a transition; the oldest one leaves the window once it is full.
  ///
  /// - Returns: the currents of this rank's neurons by the weights of before it.
  /// - Throws: what `group` throws.
  /// - Complexity: `LiveDual`, `LivePrimal`.
  /// - Collective: every rank of `group` must call it, with the same regressors.
  @discardableResult
  package func take(
    _ transition: LiveTransition, group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    precondition(
      transition.regressors.count == problem.regressors
        && transition.targets.count == problem.local.count, "a transition of another problem")
    transitions += 1
    return try form.step(transition, group: group)
  }

  /// Refines the next `count` of this rank's neurons by some iterations; no communication.
  ///
  /// - Returns: the largest of their optimality residuals, 0 where this rank has no neuron.
  /// - Complexity: count · iterations · 4 T M flops (dual: 2 T²).
  @discardableResult
  package func sweep(
    _ count: Int, iterations: Int = sweepIterations, tolerance: Double = 0
  ) -> Double {
    let rows = problem.local.count
    guard rows > 0 else { return 0 }
    let end = min(next + max(1, count), rows)
    let residuals = form.refine(
      rows: next..<end, iterations: iterations, tolerance: tolerance)
    next = end == rows ? 0 : end
    if next == 0 { sweeps += 1 }
    return residuals.max() ?? 0
  }

  /// Iterations of a neuron when the sweep comes to it.
  package static let sweepIterations = 2

  /// Solves the window for all of this rank's neurons; no communication.
  package func settle(tolerance: Double, iterations: Int) {
    next = 0
    while sweep(neuronsAtOnce, iterations: iterations, tolerance: tolerance) >= 0, next > 0 {}
  }

  /// Neurons that are solved at once, so that memory stays small.
  private var neuronsAtOnce: Int { 256 }

  /// θ of one of this rank's neurons, by local index: weights of all neurons, of the inputs, and
  /// the bias.
  ///
  /// - Complexity: 2 T M flops in the dual form.
  package func weights(ofRow row: Int) -> [Double] { form.weights(ofRow: row) }

  /// Rates of all neurons 1, 2, … `horizon` frames ahead, `r ← (1 − α) r + α tanh(θᵀ x)`, with
  /// the other regressors held.
  ///
  /// - Throws: what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package func forecast(
    from regressors: [Double], horizon: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> [[Double]] {
    var x = regressors
    var frames: [[Double]] = []
    for _ in 0..<horizon {
      let currents = try form.currents(of: x, group: group)
      let own = currents.indices.map {
        (1 - alpha[$0]) * x[problem.local.lowerBound + $0] + alpha[$0] * Glibc.tanh(currents[$0])
      }
      let rates = try group.gather(own)
      x.replaceSubrange(0..<problem.neurons, with: rates)
      frames.append(rates)
    }
    return frames
  }

  /// Takes the inverse afresh if it has drifted by more than `bound` along a random vector.
  ///
  /// The vector is ±1 by the bits of the number of transitions, hence the same on every rank.
  /// - Returns: the drift that was found.
  /// - Throws: `FitError.ridgeTooSmall`.
  /// - Complexity: 4 T M flops (dual: 4 T²); T³ or M³ where it is taken afresh.
  @discardableResult
  package func keepAccurate(within bound: Double = driftBound) throws -> Double {
    let seed = UInt64(transitions)
    let drift = form.drift { index in
      let mixed = (UInt64(index) &+ seed &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
      return mixed.nonzeroBitCount % 2 == 0 ? 1 : -1
    }
    if !(drift <= bound) { try form.refactor() }
    return drift
  }

  /// The relative error of the inverse from which on it is taken afresh.
  package static let driftBound = 1e-6
}

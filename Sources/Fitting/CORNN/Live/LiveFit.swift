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
  /// This rank's neurons that are fitted, by local index, in order.
  package private(set) var fitted: [Int]
  let form: any LiveForm
  /// How each of this rank's neurons stood when it was refined last.
  private(set) var standing: [RefinedRow?]
  /// The part of the neurons that the sweep comes to next.
  private var part = 0
  /// Times that the sweep went through all neurons.
  package private(set) var sweeps = 0
  /// Transitions taken.
  package private(set) var transitions = 0

  /// A fit without any transition: its weights are zero.
  ///
  /// `fitted` are this rank's neurons that have targets, by local index; nil for all. `form`
  /// auto: primal where the regressors are fewer than the transitions of the window, and where
  /// the window does not slide. `threads` share the products of forecasts, which BLAS does not.
  package init(
    _ problem: LiveProblem, alpha: [Double], fitted: [Int]? = nil,
    form: Configuration.Form = .auto, threads: Int = 1
  ) {
    precondition(alpha.count == problem.local.count, "\(alpha.count) leaks for \(problem.local)")
    self.problem = problem
    self.alpha = alpha
    self.fitted = fitted ?? Array(alpha.indices)
    standing = [RefinedRow?](repeating: nil, count: alpha.count)
    let isShort = problem.memory == .sliding && problem.window < problem.regressors
    let isDual = form == .auto ? isShort : form == .dual
    precondition(!isDual || problem.memory == .sliding, "a dual form of \(problem.memory)")
    self.form =
      isDual ? LiveDual(problem, threads: threads) : LivePrimal(problem, threads: threads)
  }

  /// The form that is kept.
  package var kept: Configuration.Form { form is LiveDual ? .dual : .primal }

  /// Takes a transition; the oldest one leaves the window once it is full.
  ///
  /// - Returns: what was expected of it.
  /// - Throws: what `group` throws.
  /// - Complexity: `LiveDual`, `LivePrimal`.
  /// - Collective: every rank of `group` must call it, with the same regressors.
  @discardableResult
  package func take(
    _ transition: LiveTransition, group: borrowing some RankGroup & ~Copyable
  ) throws -> LiveExpectation {
    precondition(
      transition.regressors.count == problem.regressors
        && transition.targets.count == problem.local.count, "a transition of another problem")
    transitions += 1
    return try form.step(transition, group: group)
  }

  /// Fits another of this rank's neurons from now on, by local index; before it had no targets.
  func admit(row: Int) {
    let place = fitted.firstIndex { $0 > row } ?? fitted.count
    fitted.insert(row, at: place)
  }

  /// The parts into which the sweep cuts all neurons: neuron i is of part i modulo this.
  ///
  /// So each rank has its share of every part, and a sweep does the same on any number of them.
  package var parts: Int { max(1, (problem.neurons + Self.neuronsInPart - 1) / Self.neuronsInPart) }

  /// Neurons that are refined together, few enough that a frame need not wait for them.
  private static let neuronsInPart = 8

  /// Whether there are transitions to refine weights on.
  package var refines: Bool {
    if case .forgetting = problem.memory { false } else { true }
  }

  /// Refines the neurons of the next `count` parts by some iterations; no communication.
  ///
  /// It does nothing where transitions are forgotten by and by.
  ///
  /// - Returns: the largest of this rank's optimality residuals, 0 where it has no neuron there.
  /// - Complexity: neurons · iterations · 4 T M flops (dual: 2 T²).
  @discardableResult
  package func sweep(
    _ count: Int, iterations: Int = sweepIterations, tolerance: Double = 0
  ) -> Double {
    guard refines else { return 0 }
    let first = part
    let chosen = fitted.filter {
      let own = (problem.local.lowerBound + $0) % parts
      return (own - first + parts) % parts < count
    }
    sweeps += (part + count) / parts - part / parts
    part = (part + count) % parts
    return refine(chosen, iterations: iterations, tolerance: tolerance)
  }

  private func refine(_ rows: [Int], iterations: Int, tolerance: Double) -> Double {
    guard !rows.isEmpty else { return 0 }
    let refined = form.refine(rows: rows, iterations: iterations, tolerance: tolerance)
    for row in refined { standing[row.row] = row }
    return refined.map(\.optimality).max() ?? 0
  }

  /// Iterations of a neuron when the sweep comes to it.
  package static let sweepIterations = 2

  /// Solves the window for all of this rank's neurons; no communication.
  ///
  /// It does nothing where transitions are forgotten by and by.
  package func settle(tolerance: Double, iterations: Int) {
    guard refines else { return }
    solve(tolerance: tolerance, iterations: iterations)
  }

  /// Solves the transitions that are kept, whether or not others count.
  func solve(tolerance: Double, iterations: Int) {
    for first in stride(from: 0, to: fitted.count, by: Self.neuronsAtOnce) {
      let rows = Array(fitted[first..<min(first + Self.neuronsAtOnce, fitted.count)])
      _ = refine(rows, iterations: iterations, tolerance: tolerance)
    }
  }

  /// Neurons that are solved at once, so that memory stays small.
  static var neuronsAtOnce: Int { 256 }

  /// Forgets all transitions but the latest, and solves what is left.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  package func cut(keeping count: Int, tolerance: Double, iterations: Int) throws {
    form.window.keepLatest(count)
    try form.restart()
    solve(tolerance: tolerance, iterations: iterations)
  }

  /// θ of one of this rank's neurons, by local index: weights of all neurons, of the inputs, and
  /// the bias.
  ///
  /// - Complexity: 2 T M flops in the dual form.
  package func weights(ofRow row: Int) -> [Double] { weights(ofRows: [row])[0] }

  /// θ of some of this rank's neurons.
  ///
  /// - Complexity: 2 T M flops each in the dual form.
  package func weights(ofRows rows: [Int]) -> [[Double]] {
    let weights = form.weights(ofRows: rows)
    return rows.indices.map { weights.numbers(ofRow: $0) }
  }

  /// Rates of all neurons 1, 2, … `horizon` frames ahead, `r ← (1 − α) r + α tanh(θᵀ x)`, with
  /// the other regressors held.
  ///
  /// - Throws: what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package func forecast(
    from regressors: [Double], horizon: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> [[Double]] {
    try run(from: regressors, frames: horizon, group: group) { x in
      let currents = form.currents(of: x, features: try form.features(of: x, group: group))
      return currents.indices.map {
        (1 - alpha[$0]) * x[problem.local.lowerBound + $0] + alpha[$0] * Glibc.tanh(currents[$0])
      }
    }
  }

  /// The same by the linear rival, `r ← r + A x`.
  ///
  /// - Throws: what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package func rivalForecast(
    from regressors: [Double], horizon: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> [[Double]] {
    precondition(problem.hasRival, "there is no rival")
    return try run(from: regressors, frames: horizon, group: group) { x in
      let increments = form.increments(after: try form.features(of: x, group: group))
      return increments.indices.map { x[problem.local.lowerBound + $0] + increments[$0] }
    }
  }

  /// Frames of all neurons, each from the one before; the other regressors stay.
  private func run(
    from regressors: [Double], frames: Int, group: borrowing some RankGroup & ~Copyable,
    next: ([Double]) throws -> [Double]
  ) throws -> [[Double]] {
    var x = regressors
    var all: [[Double]] = []
    for _ in 0..<frames {
      let rates = try group.gather(try next(x))
      x.replaceSubrange(0..<problem.neurons, with: rates)
      all.append(rates)
    }
    return all
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

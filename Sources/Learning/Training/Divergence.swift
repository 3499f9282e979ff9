/// A training that ran away: its loss is no longer finite, or far above where it started.
///
/// The result is not lost, for it holds the best parameters by held-out loss, but it is not what
/// was asked for.
package struct Divergence: Sendable, Equatable {
  /// The iteration at which it showed.
  package let iteration: Int
  /// The held-out loss there; not finite if there was none.
  package let loss: Double
  /// The held-out loss before the first step.
  package let first: Double

  /// Times the first held-out loss from which on the last one counts as run away: noise of a
  /// batch and a slow start stay far below.
  package static let factor = 10.0

  /// Judges a run by its state; nil if all is well.
  ///
  /// `nonFiniteAt` is the iteration whose batch had a loss that is not finite.
  init?(_ state: TrainState, nonFiniteAt: Int?) {
    first = state.evaluation.loss.first ?? .nan
    let last = state.evaluation.loss.last ?? .nan
    if let nonFiniteAt {
      iteration = nonFiniteAt
      loss = .infinity
    } else {
      let isAway = !last.isFinite || (first.isFinite && last > Self.factor * abs(first))
      guard !state.evaluation.loss.isEmpty, isAway else { return nil }
      iteration = state.evaluation.iteration.last ?? state.iteration
      loss = last
    }
  }
}

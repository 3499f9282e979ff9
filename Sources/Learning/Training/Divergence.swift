/// A training that ran away: its loss is no longer finite, or far above where it started, or above
/// that after it had been far below.
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

  /// Times the first held-out loss, or the best one of a run that ends above the first, from which
  /// on the last one counts as run away: noise of a batch and a slow start stay far below.
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
      let isFarAboveStart = first.isFinite && last > Self.factor * abs(first)
      let isFarAboveBest = last > first && last > Self.factor * abs(state.bestLoss)
      let isAway = !last.isFinite || isFarAboveStart || isFarAboveBest
      guard !state.evaluation.loss.isEmpty, isAway else { return nil }
      iteration = state.evaluation.iteration.last ?? state.iteration
      loss = last
    }
  }
}

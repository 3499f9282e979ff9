internal import Collectives
internal import LinearAlgebra

/// The whitened weights that a comparison worked in last, for the round that begins where the one
/// before ended: of losses at one ridge the first is a glance at the first fold.
///
/// There is one at a time, as each takes what a fit does.
final class LastWhitening<S: Scalar & Transferable> {
  private var last: WhitenedWeights<S>?

  /// The regressors of a fold if they are there.
  func regressors(of fold: Fold) -> Regressors<S>? {
    last?.regressors.origin?.fold == fold ? last?.regressors : nil
  }

  /// The whitened weights of regressors at a ridge, as they are kept or as they are made.
  ///
  /// - Collective: every rank calls it alike.
  func weights(
    of regressors: Regressors<S>, ridge: Double, make: () throws -> WhitenedWeights<S>
  ) rethrows -> WhitenedWeights<S> {
    if let last, last.regressors === regressors, last.ridge == ridge { return last }
    // What is there is given back before more is made.
    last = nil
    let weights = try make()
    last = weights
    return weights
  }

  /// Gives the memory back, but what belongs to a fold.
  func forget(but fold: Fold? = nil) {
    if fold == nil || last?.regressors.origin?.fold != fold { last = nil }
  }
}

internal import Collectives

/// Why a fit cannot be done.
package enum FitError: ExitCoded, Equatable {
  /// The matrix of order `order` has no Cholesky factor at this ridge.
  case ridgeTooSmall(order: Int, ridge: Double)
  /// Fewer transitions than a fit needs.
  case tooFewTransitions(found: Int, needed: Int)
  /// Float32 was asked for in the dual form.
  case singleDual(samples: Int, regressors: Int)
  /// No neuron is left to fit.
  case nothingToFit
  /// No candidate of a search has a finite error on all held-out blocks.
  case everyCandidateDiverged
  /// No stretch of frames on a held-out block is as long as free runs are to be.
  case horizonTooLong(horizon: Int, longest: Int)

  /// The recording, with what was asked for, cannot be fitted.
  package var exitCode: Int32 {
    switch self {
    case .singleDual, .horizonTooLong: ExitCode.usage
    default: ExitCode.badData
    }
  }

  package var description: String {
    switch self {
    case .ridgeTooSmall(let order, let ridge):
      """
      the \(order)×\(order) Gram matrix is not positive definite at ridge \(ridge): \
      raise --lambda or use --precision double
      """
    case .tooFewTransitions(let found, let needed):
      """
      \(found) usable transitions in the fitted part, at least \(needed) are needed: record more \
      frames, or hold out less of them (--holdout)
      """
    case .singleDual(let samples, let regressors):
      """
      \(samples) transitions of \(regressors) regressors are solved in the dual form, which \
      needs float64: use --precision auto, mixed or double (or --form primal)
      """
    case .nothingToFit:
      "no neuron is left to fit: all are constant or missing"
    case .everyCandidateDiverged:
      """
      no candidate of the search has a finite error on all held-out blocks: give --alpha and \
      --lambda, or look at the rates (--scale)
      """
    case .horizonTooLong(let horizon, let longest):
      """
      --horizon is \(horizon), but on the held-out blocks of the fitted frames at most \(longest) \
      frames follow each other without a trial's end or a missing value: give --horizon \(longest) \
      or less
      """
    }
  }
}

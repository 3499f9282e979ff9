internal import Collectives

/// Why a fit cannot be done.
package enum FitError: ExitCoded, Equatable {
  /// The matrix of order `order` has no Cholesky factor at this ridge.
  case ridgeTooSmall(order: Int, ridge: Double)
  /// Fewer transitions than a fit needs.
  case tooFewTransitions(found: Int, needed: Int)
  /// No neuron is left to fit.
  case nothingToFit

  /// The recording, with what was asked for, cannot be fitted.
  package var exitCode: Int32 { ExitCode.badData }

  package var description: String {
    switch self {
    case .ridgeTooSmall(let order, let ridge):
      """
      the \(order)×\(order) Gram matrix is not positive definite at ridge \(ridge): \
      raise --lambda or use --precision double
      """
    case .tooFewTransitions(let found, let needed):
      "\(found) usable transitions in the fitted part, at least \(needed) are needed"
    case .nothingToFit:
      "no neuron is left to fit: all are constant or missing"
    }
  }
}

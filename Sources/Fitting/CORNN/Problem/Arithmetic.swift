internal import Wording

/// The precision in which a fit is asked to work.
package enum Precision: String, Codable, Sendable, CaseIterable {
  /// `mixed` where the fit is large and its tolerance allows it, else `double`.
  case auto
  /// All in float64.
  case double
  /// The primal form iterates in float32; the dual form in float64, but for the products
  /// before a solution is verified.
  case mixed
  /// Iterations in float32, or nothing: the dual form is refused.
  case float
}

/// In which form and precision a fit of some size works, and why.
///
/// The Gram matrix and its factor are float64 in any case. In the primal form they only
/// precondition, and the gradient is computed afresh from the weights at each iteration:
/// rounding to float32 moves the solution by no more than the rounding of the gradient.
/// The dual form carries S along by a recursion that takes `K p = e` as exact: there
/// float32 drifts away from the solution. Its vectors are float64, S is recomputed now and
/// then, and only products with the inverse may be float32, until a solution is verified.
package struct Arithmetic: Equatable, Sendable {
  package let form: Configuration.Form
  /// Whether the iterations, and the weights that are written, are float32.
  package let isSingle: Bool
  /// Whether the dual form takes its products in float32 until a solution is verified, and
  /// the weights are written as such.
  package let roundsInverse: Bool
  package let reason: String

  /// The smallest relative optimality residual that float32 iterations are trusted with.
  package static var singleTolerance: Double { 1e-5 }

  /// Flops of one iteration over all neurons below which speed is not worth a rounding that
  /// the number of ranks shows in: about a tenth of a second on two cores.
  package static var smallWork: Double { 1e10 }

  /// - Throws: `FitError.singleDual` if float32 is insisted on in the dual form.
  package init(
    _ precision: Precision, configuration: Configuration, samples: Int, regressors: Int
  ) throws(FitError) {
    form = configuration.isDual(samples: samples, regressors: regressors) ? .dual : .primal
    let isTight = configuration.tolerance < Self.singleTolerance
    let (m, t) = (Double(regressors), Double(samples))
    let work = form == .dual ? 2 * t * t * m : 2 * m * m * (2 * t + m)
    let isRounded: Bool
    switch precision {
    case .float where form == .dual: throw .singleDual(samples: samples, regressors: regressors)
    case .float, .mixed: (isRounded, reason) = (true, Self.roundedReason(form))
    case .double: (isRounded, reason) = (false, "float64 throughout, as asked")
    case .auto where isTight:
      isRounded = false
      reason = "float64 throughout: the tolerance is below \(plain(Self.singleTolerance))"
    case .auto where work < Self.smallWork:
      isRounded = false
      reason = "float64 throughout: an iteration is below \(plain(Self.smallWork)) flops"
    case .auto: (isRounded, reason) = (true, Self.roundedReason(form))
    }
    isSingle = isRounded && form == .primal
    roundsInverse = isRounded && form == .dual
  }

  private static func roundedReason(_ form: Configuration.Form) -> String {
    form == .primal
      ? "float64 Gram matrix and factor, float32 iterations and weights"
      : "float64, but for float32 products with the inverse until a solution is verified"
  }
}

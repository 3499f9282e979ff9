internal import LinearAlgebra
internal import Wording

/// The precision in which a fit is asked to work.
package enum Precision: String, Codable, Sendable, CaseIterable {
  /// `mixed` where the fit is large and its tolerance allows it, else `double`.
  case auto
  /// All in float64.
  case double
  /// Iterations in whitened features, their products rounded to 16 bits where the processor
  /// multiplies those faster, else float32; residuals are measured in the whole problem.
  case mixed
  /// Iterations in float32, or nothing: the dual form is refused.
  case float
}

/// In which form and precision a fit of some size works, and why.
///
/// The Gram matrix and what is factored of it are float64 in any case. Iterations in whitened
/// features need no more than rounded products: each direction has its own scale, and S is
/// recomputed now and then. In the dual form a solution is handed over and its residual measured
/// in float64; in the primal form by split products, and of a sample of neurons in float64.
package struct Arithmetic: Equatable, Sendable {
  package let form: Configuration.Form
  /// Whether the iterations, and the weights that are written, are float32.
  package let isSingle: Bool
  /// Whether the iterations are in whitened features, and the weights are written in float32.
  package let usesFeatures: Bool
  package let reason: String
  /// What to tell where rounding is insisted on and the tolerance is too tight for it; nil else.
  package let caution: String?

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
    case .float, .mixed:
      (isRounded, reason) = (true, Self.roundedReason(form, configuration.productKernel))
    case .double: (isRounded, reason) = (false, "float64 throughout, as asked")
    case .auto where isTight:
      isRounded = false
      reason = "float64 throughout: the tolerance is below \(plain(Self.singleTolerance))"
    case .auto where work < Self.smallWork:
      isRounded = false
      reason = "float64 throughout: an iteration is below \(plain(Self.smallWork)) flops"
    case .auto: (isRounded, reason) = (true, Self.roundedReason(form, configuration.productKernel))
    }
    caution =
      isTight && isRounded
      ? "--precision \(precision.rawValue): rounded iterations are trusted down to a tolerance of"
        + " \(plain(Self.singleTolerance)), not to \(plain(configuration.tolerance)): neurons may end"
        + " above it (--precision double reaches it)"
      : nil
    isSingle = isRounded && form == .primal
    usesFeatures = isRounded
  }

  /// `reason`, of a fit under constraints: neurons that are not solved in features have exact projections.
  package func reason(under load: MaskLoad?) -> String {
    guard usesFeatures, let load, load.isExactSomewhere else { return reason }
    let projections = "exact projections in \(isSingle ? "float32" : "float64")"
    return load.flopsPacked == 0
      ? "float64 Gram matrix and factors, iterations with \(projections)"
      : "\(reason); \(projections) of neurons whose constraints few others share"
  }

  private static func roundedReason(
    _ form: Configuration.Form, _ kernel: ProductKernel
  ) -> String {
    let products = "iterations in whitened features, products by \(kernel.name)"
    return form == .primal
      ? "float64 Gram matrix and factor, \(products), float32 weights"
      : "float64 Gram matrix, features and residuals, \(products)"
  }
}

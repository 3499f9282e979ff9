internal import CORNN
internal import LinearAlgebra

/// The counts of iterations in whitened features, from which their work and memory follow.
struct FeatureCounts {
  /// T.
  let t: Double
  /// The features: M, or the eigenvectors that are kept of T.
  let count: Double
  let isDual: Bool
  let excludesSelf: Bool
  let kernel: ProductKernel

  /// Whether the features neglect a part of the response.
  let neglects: Bool
  /// Whether they are of a factor of low rank, not of the whole Gram matrix.
  let isFactored: Bool
  /// Whether the loss has bounded scores, which rounding leaves exact enough to be residuals, and
  /// rows that begin with what is best for a few of them.
  let isBounded: Bool
  /// The leading features on which the rows' own curvatures precondition; nil if they do not.
  let curvature: CurvatureLimits?

  /// nil where the features are expected to be refused.
  init?(_ fit: PlannedFit, isDual: Bool) {
    let (samples, choices) = (fit.shape.transitions, fit.choices)
    t = Double(samples)
    self.isDual = isDual
    excludesSelf = !choices.configuration.selfConnections
    kernel = choices.kernel
    isBounded = !choices.usesCurvature
    guard isDual else {
      (count, neglects, isFactored) = (Double(fit.shape.regressors), false, false)
      curvature = nil
      return
    }
    // There are no more directions than regressors.
    let all = min(samples, fit.shape.regressors)
    let rank = min(
      all, EigenLimits.expectedRank(samples: samples, lambda: choices.configuration.lambda))
    guard let kept = EigenLimits.usual.kept(of: samples, rank: rank) else { return nil }
    count = Double(min(kept, all))
    neglects = kept < all
    isFactored = kept < samples
    let limits = CurvatureLimits(samples: samples, features: min(kept, all))
    curvature = choices.usesCurvature && limits.order > 0 ? limits : nil
  }
}

// Work.
extension FeatureCounts {
  /// Clamped currents that the iterations may start from, by the objective of each.
  private static var starts: Double { 2 }

  /// Flops of a product of a row with Q, and of the response: with B too, if that is dense.
  private var projection: Double { 2 * t * count }
  private var response: Double { projection + (isDual ? 0 : 2 * count * count) }
  /// Numbers of a Hessian.
  private var triangle: Double { Double(curvature?.entries ?? 0) }
  private var tail: Double { neglects ? 2 * t * t : 0 }

  /// Flops of a row in packed products as they are: the starts and the iterations, and thrice
  /// what is neglected; and the Hessian.
  func rounded(iterations: Double) -> Double {
    let hessian = 2 * triangle * Double(curvature?.samples ?? 0)
    // The scale of residuals and one start, or starts of which the first has the scale.
    let start = isBounded ? 2 * projection : Self.starts * (projection + response)
    return iterations * (projection + response) + start + 3 * tail + hessian
  }

  /// Flops of a row in split products: at the start, in between and at the end, and where the
  /// neglected part is put in.
  func split(iterations: Double) -> Double {
    let shift = neglects ? response + (excludesSelf ? projection : 0) : 0
    let isKept = !isDual && isBounded && kernel.isRounded
    let end = isKept ? 0 : response + (isDual ? 0 : projection)
    return (1 + iterations / Double(kernel.refreshInterval)) * response + shift + end
  }

  /// Flops of a row in float64: the exclusion, and the solution and its residual.
  var exact: Double {
    isDual ? ((neglects ? 4 : 3) + (excludesSelf ? 1 : 0)) * projection : 0
  }

  /// Flops of a row in float32: its weights, or the factor of its Hessian.
  var narrow: Double {
    isDual ? 2 / 3 * triangle * Double(curvature?.order ?? 0) : 2 * count * count
  }

  /// Numbers of a row that are handled besides, samples and features, in units of a sample.
  func numbers(iterations: Double) -> Double {
    (iterations + 1) * (t + Self.featureShare * count)
  }

  /// What the vectors of a feature take over those of a sample, about
  /// (10,000 neurons × 2,500 frames with 700 and 2,499 features).
  private static var featureShare: Double { 2 }

  /// Flops of the features on one rank of a node: of a pivoted factor and eigenvectors, or of a
  /// factor.
  var alone: Double {
    guard isDual else { return count * count * count / 3 }
    let vectors = 9 * count * count * count
    // The factor; its square, what turns the eigenvectors back, and what makes them orthogonal.
    return isFactored ? vectors + 6 * t * count * count : 9 * t * t * t + t * t * t / 3
  }

  /// Flops that the ranks of a node share: of what is neglected, or of C⁻ᵀ.
  var shared: Double { isDual ? tail * count : count * count * count / 3 }

  /// The same in float32: of Q and B.
  var sharedNarrow: Double { isDual ? 0 : count * count * (t + count) }
}

// Memory, bytes.
extension FeatureCounts {
  private static var double: Double { 8 }
  private static var float: Double { 4 }
  /// Of a packed number with its rest, or in float32.
  private static var packed: Double { 4 }

  /// Of what the iterations read, once a node: the Gram matrix; U or C⁻ᵀ; Q and its transpose;
  /// what is neglected, or B.
  var sharedBytes: Double {
    let order = isDual ? t : count
    let basis = isDual ? Self.double * t * count : Self.float * count * count
    let rest =
      isDual
      ? (neglects ? (kernel.isRounded ? 2 : Self.float) * t * t : 0)
      : Self.packed * count * count
    let number = kernel.isRounded ? 2 : Self.float
    let hessians = number * triangle * Double(curvature?.samples ?? 0)
    return Self.double * order * order + basis + 2 * Self.packed * t * count + rest + hessians
  }

  /// Of the features while they are found, once a node.
  var setUpBytes: Double {
    guard isDual else {
      // Q and B, before they are packed and after.
      return sharedBytes + Self.float * (t * count + count * count)
    }
    // Beside the Gram matrix a copy that is factored, and the factor; or a factor of full rank, a
    // copy, the scratch of its eigenvectors, and these.
    let leader = isFactored ? t * t + 2 * t * count : 5 * t * t
    return max(sharedBytes, Self.double * (t * t + leader))
  }

  /// Of a rank's own then: regressors for its part of Q.
  var ownSetUpBytes: Double { isDual ? 0 : 2 * Self.float * t * count }

  /// Of the state of a row: five vectors of samples, the packed scores and what is neglected; seven
  /// of features, and the packed one.
  var stateBytes: Double {
    let samples = (5 + (neglects ? 1 : 0)) * Self.float + Self.packed
    // A factor, what it solves, and the image of the own weight.
    let metric =
      curvature.map { Self.float * (triangle + Double($0.order) + count) } ?? 0
    return samples * t + (7 * Self.float + Self.packed) * count + metric
  }

  /// Of a row besides: its start, and its solution as it is measured.
  func solutionBytes(scalar: Double) -> Double {
    let solution =
      isDual ? t * scalar + Self.double * count : count * (2 * Self.float + scalar)
    return Self.float * count + solution
  }

  /// Of the rows that are measured at a time: vectors of samples and of features in float64.
  var measureBytes: Double {
    isDual ? Self.measuredRows * Self.double * (11 * t + 6 * count) : 0
  }

  /// Rows that are there in float64 at a time.
  static var measuredRows: Double { Double(PanelWidth.measured) }
}

internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// In what all nulls of a problem are solved.
///
/// It follows from counts that every rank knows.
struct NullForm {
  /// How they are iterated in whitened features; nil where they are in float64 throughout.
  let features: FeatureGradients?
  /// Whether the features are the eigenvectors of the regressors, by which an iteration takes two
  /// products and none with a penalty.
  let isSpectral: Bool

  /// The configuration is that of the nulls, `neurons` are those of all ranks, and `isBound` says
  /// whether weights are forbidden or have a sign: the forms of masks are in float64.
  init(
    _ configuration: Configuration, _ loss: PointwiseLoss, _ settings: NullSettings, isBound: Bool,
    neurons: Int, samples: Int, regressors: Int
  ) {
    let solutions = neurons * (settings.count + 1)
    let (m, t) = (Double(regressors), Double(samples))
    let flops =
      configuration.isDual(samples: samples, regressors: regressors)
      ? 2 * t * t : 2 * m * (2 * t + m)
    // A rounding that the number of ranks shows in is for work that is felt.
    let isLarge = configuration.usesFeatures || Double(solutions) * flops >= Arithmetic.smallWork
    features = isBound || !isLarge ? nil : configuration.searchFeatures(for: [loss])
    isSpectral =
      features != nil && configuration.form == .auto
      && FoldLoad(samples: samples, regressors: regressors, ridges: 1, solutions: solutions)
        .repaysEigenvectors
  }

  /// The most subproblems of a panel.
  func widest(samples: Int) -> Int {
    PanelWidth.most(samples: samples, inFeatures: features != nil)
  }

  /// Readies the form and lets a visitor work in it.
  ///
  /// - Throws: `FitError.ridgeTooSmall`; what `group` and the visitor throw.
  /// - Collective: every rank of `group` must call it.
  func visit<V: RidgeVisitor>(
    _ visitor: inout V, _ regressors: Regressors<Double>, ridge: Double,
    _ configuration: Configuration, group: borrowing some RankGroup & ~Copyable
  ) throws where V.S == Double {
    guard let features, isSpectral else {
      return try CORNN.visit(
        &visitor, regressors: regressors, ridges: [ridge], configuration: configuration,
        features: features, group: group, phases: Phases())
    }
    let form = try SpectralForm(
      FoldBasis(regressors, group: group, phases: Phases()), ridge: ridge,
      excludesSelf: !configuration.selfConnections, kernel: features.kernel, group: group)
    _ = try visitor.visit(form, group: group)
  }
}

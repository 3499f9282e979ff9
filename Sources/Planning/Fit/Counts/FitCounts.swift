internal import CORNN
internal import Evaluation
internal import LinearAlgebra

/// The counts of a fit, from which its work and memory follow; as numbers, for at large sizes
/// products of them pass 2⁶³.
struct FitCounts {
  let neurons: Double
  let frames: Double
  /// T, fitted transitions, and U, held-out ones.
  let t: Double
  let u: Double
  /// M.
  let regressors: Double
  let isDual: Bool
  let isFactored: Bool
  /// Whether a neuron's own rate is left out, which the dual form keeps a vector for.
  let excludesSelf: Bool
  /// Free runs on held-out frames, and the frames of each.
  let starts: Double
  let horizon: Double
  /// Bytes of a number.
  let scalar: Double
  let ranks: Double
  let ranksPerNode: Double
  let threads: Double
  /// Rows of a panel.
  let width: Double
  let iterations: Double
  /// Of iterations in whitened features; nil where they are not.
  let features: FeatureCounts?
  let mask: MaskLoad?
  /// Whether weights are stored in float32, whatever the iterations.
  let storesFloat: Bool
  /// What is chosen on held-out blocks.
  let candidates: SearchCandidates?
  /// Whether candidates are solved in rounded products, and of what kernel.
  let searchesInFeatures: Bool
  let kernel: ProductKernel
  /// The form that was asked for.
  let form: Configuration.Form

  init(_ fit: PlannedFit, in job: Job, mask: MaskLoad? = nil) {
    let (shape, choices) = (fit.shape, fit.choices)
    let (samples, configuration) = (shape.transitions, choices.configuration)
    neurons = Double(shape.neurons)
    frames = Double(shape.frames)
    t = Double(samples)
    u = Double(shape.heldOut)
    regressors = Double(shape.regressors)
    isDual =
      mask?.isDual ?? configuration.isDual(samples: samples, regressors: shape.regressors)
    isFactored = choices.isFactored
    excludesSelf = !configuration.selfConnections
    starts = Double(choices.rolloutStarts)
    horizon =
      choices.rolloutStarts > 0 && shape.heldOut > 0
      ? Double(RolloutScores.usualHorizon(heldOut: shape.heldOut + 1)) : 0
    scalar = Double(choices.bytesPerScalar)
    ranks = Double(job.ranks)
    ranksPerNode = Double(job.ranksPerNode)
    threads = Double(job.threads)
    let inFeatures = configuration.usesFeatures && mask == nil && !choices.isPublishedRule
    width = Double(
      PanelWidth.rows(
        of: (shape.neurons + job.ranks - 1) / job.ranks, samples: samples, threads: job.threads,
        inFeatures: inFeatures))
    features = inFeatures ? FeatureCounts(fit, isDual: isDual) : nil
    iterations = choices.expectedIterations(
      samples: samples, share: features?.curvature?.iterationShare ?? 1)
    storesFloat = configuration.usesFeatures || scalar == 4
    self.mask = mask
    candidates = choices.search
    searchesInFeatures = configuration.searchesInFeatures && mask == nil
    kernel = choices.kernel
    form = configuration.form
  }

  /// Neurons of the busiest rank.
  var own: Double { (neurons / ranks).rounded(.up) }
  /// Of the matrix that is factored, and of a neuron's unknowns.
  var order: Double { isDual ? t : regressors }
}

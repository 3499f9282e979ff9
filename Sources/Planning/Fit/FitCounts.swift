internal import CORNN
internal import Evaluation

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
  let threads: Double
  /// Rows of a panel.
  let width: Double
  let iterations: Double
  /// Whether the dual form holds a float32 inverse beside its own.
  let isRounded: Bool
  /// Whether it multiplies with that until it verifies.
  let approximates: Bool
  /// Whether it is expected to find an inverse of low rank.
  let isLowRank: Bool
  let mask: MaskLoad?

  /// Ridge a frame, and samples, from which fewer directions than a third of the samples exceed
  /// the ridge, on generated recordings.
  private static var strongRidge: Double { 5e-4 }
  private static var manySamples: Int { 1000 }

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
    threads = Double(job.threads)
    width = Double(
      PanelWidth.rows(
        of: (shape.neurons + job.ranks - 1) / job.ranks, samples: samples, threads: job.threads))
    iterations = fit.expectedIterations
    isRounded = isDual && configuration.roundsInverse && mask == nil
    approximates = isDual && mask == nil && !choices.isPublishedRule
    isLowRank =
      approximates && samples >= Self.manySamples && configuration.approximates
      && configuration.lambda >= Self.strongRidge
    self.mask = mask
  }

  /// Neurons of the busiest rank.
  var own: Double { (neurons / ranks).rounded(.up) }
  /// Of the matrix that is factored, and of a neuron's unknowns.
  var order: Double { isDual ? t : regressors }
}

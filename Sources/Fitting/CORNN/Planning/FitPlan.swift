/// What a fit will take, from its sizes alone: memory and work by phase.
///
/// A prediction; the timing table of a run has the measured values beside which it is to
/// be held.
package struct FitPlan: Sendable {
  /// The work of one phase on the busiest rank.
  package struct Phase: Sendable {
    package let name: String
    /// Matrix products.
    package var flops: Double
    /// Matrix products in float32 where the others are in float64.
    package var flopsFloat = 0.0
    /// Of an inversion that ranks share, block by block.
    package var flopsShared = 0.0
    /// Samples that the loss is evaluated at, with the vector work around it.
    package var samples = 0.0
    /// Numbers that are handled one by one.
    package var entries = 0.0
    /// Through memory, where products are too thin for the caches.
    package var streamed = 0.0
    /// Through files, all ranks together.
    package var fileBytes = 0.0
    package var messages = Messages()
  }

  /// What the ranks of one phase send each other.
  package struct Messages: Sendable {
    /// Bytes of the matrices that one rank of each node sums up with those of other nodes.
    package var summedOverNodes = 0.0
    /// Bytes that all ranks sum up.
    package var summed = 0.0
    /// Bytes that every rank has of all ranks in the end.
    package var gathered = 0.0
    /// Bytes that are dealt from each rank to each other, of all ranks.
    package var dealt = 0.0
    /// Bytes that ranks send to single others, of all ranks.
    package var passed = 0.0
    /// How often all ranks wait for each other.
    package var rounds = 1.0
  }

  /// The form that is solved.
  package let form: Configuration.Form
  /// Fitted transitions, held-out ones, and regressors of a neuron.
  package let transitions: Int
  package let heldOut: Int
  package let regressors: Int
  /// What is done, in the order of the run.
  package let phases: [Phase]
  /// Bytes that each rank has for itself at the peak of the node.
  package let ownBytes: Double
  /// Bytes that the ranks of a node share then.
  package let sharedBytes: Double
  /// Address space that a rank takes at its peak beside its code and libraries: what a node
  /// shares is mapped by each of its ranks.
  package let addressBytes: Double
  /// Rows of a panel that are iterated, on average: solved ones leave.
  package let panelRows: Double
  /// Iterations assumed in the work of the phase "solve".
  package let iterations: Double

  /// Ridge a frame, and samples, from which fewer directions than a third of the samples exceed
  /// the ridge, on generated recordings.
  private static let (strongRidge, manySamples) = (5e-4, 1000)

  /// Plans a fit of `neurons` with `inputs` on `frames`, of which the share `holdout` is
  /// kept for scores; `bytesPerScalar` is 4 or 8.
  package init(
    neurons: Int, inputs: Int, frames: Int, holdout: Double, configuration: Configuration,
    bytesPerScalar: Int, ranks: Int, ranksPerNode: Int, threads: Int, isFactored: Bool = false,
    rolloutStarts: Int = 20, mask: MaskLoad? = nil
  ) {
    let fitted = PreparedRecording<Double>.fittedFrames(of: frames, holdout: holdout).count
    let samples = max(0, fitted - 1)
    let regressors = neurons + inputs + (configuration.bias ? 1 : 0)
    let isDual =
      mask?.isDual ?? configuration.isDual(samples: samples, regressors: regressors)
    let sizes = FitSize(
      neurons: neurons, frames: frames, samples: samples, tests: max(0, frames - fitted - 1),
      regressors: regressors, isDual: isDual, isFactored: isFactored, starts: rolloutStarts,
      scalar: bytesPerScalar, ranks: ranks, threads: threads,
      isRounded: isDual && configuration.roundsInverse && mask == nil,
      isLowRank: isDual && mask == nil && samples >= Self.manySamples
        && configuration.approximates && configuration.lambda >= Self.strongRidge)
    form = isDual ? .dual : .primal
    transitions = samples
    heldOut = max(0, frames - fitted - 1)
    self.regressors = regressors
    iterations = sizes.expectedIterations(configuration)
    panelRows = max(1, 0.6 * sizes.width)
    phases = sizes.phases(iterations: iterations, mask: mask)
    let stages = sizes.stages(maskBytes: mask?.factorBytes ?? 0)
    addressBytes = stages.map(\.addresses).max() ?? 0
    let peak = stages.max {
      $0.node(ranks: ranksPerNode) < $1.node(ranks: ranksPerNode)
    }
    ownBytes = peak?.own ?? 0
    sharedBytes = peak?.shared ?? 0
  }
}

private import Glibc

/// What a fit will take, from its sizes alone: memory and work by phase.
///
/// A prediction; the timing table of a run has the measured values beside which it is to
/// be held.
package struct FitPlan: Sendable {
  /// The work of one phase on the busiest rank.
  package struct Phase: Sendable {
    package let name: String
    /// Matrix products.
    package let flops: Double
    /// Samples that the loss is evaluated at, with the vector work around it.
    package var samples = 0.0
    /// Through files, all ranks together.
    package var fileBytes = 0.0
    /// Into each node, where there are several.
    package var messageBytes = 0.0
  }

  package let form: Configuration.Form
  package let transitions: Int
  package let heldOut: Int
  package let regressors: Int
  package let phases: [Phase]
  /// Bytes that each rank has for itself at its peak.
  package let ownBytes: Double
  /// Bytes that the ranks of a node share at the peak.
  package let sharedBytes: Double

  /// Iterations assumed in the work of the phase "solve".
  package let iterations: Double

  /// Code, libraries and buffers of a rank before any data: measured on Open MPI 4.1 with
  /// OpenBLAS 0.3.21.
  private static var processBytes: Double { 70e6 }
  /// The same for each thread beyond the first: its stack, BLAS buffer and heap.
  private static var threadBytes: Double { 16e6 }

  package init(
    neurons: Int, inputs: Int, frames: Int, holdout: Double, configuration: Configuration,
    bytesPerScalar: Int, ranks: Int, threads: Int, isFactored: Bool = false,
    mask: MaskLoad? = nil
  ) {
    let fitted = PreparedRecording<Double>.fittedFrames(of: frames, holdout: holdout).count
    let samples = max(0, fitted - 1)
    let tests = max(0, frames - fitted - 1)
    let regressors = neurons + inputs + (configuration.bias ? 1 : 0)
    let isDual =
      mask?.isDual ?? configuration.isDual(samples: samples, regressors: regressors)
    form = isDual ? .dual : .primal
    transitions = samples
    heldOut = tests
    self.regressors = regressors
    iterations = Self.expectedIterations(
      samples: samples, regressors: regressors, configuration: configuration)

    let scalar = Double(bytesPerScalar)
    let t = Double(samples)
    let u = Double(tests)
    let m = Double(regressors)
    let n = Double((neurons + ranks - 1) / ranks)
    let widest = Double(PanelWork.mostRows(samples: samples))
    let width = min(widest, max(8, (n / Double(threads)).rounded(.up)))
    let order = form == .dual ? t : m
    let unknowns = form == .dual ? t : m
    // Rows of X, the Gram matrix in float64 and its inverse; the leader factors a copy.
    let shared = m * (t + u) * scalar + order * order * (8 + scalar)
    let dualShared = form == .dual ? t * t * scalar + t * u * scalar : 0
    // The vectors of `Panel`.
    let panel = width * scalar * (6 * t + 4 * unknowns)
    let own = n * Double(frames) * scalar + n * unknowns * scalar
    sharedBytes = shared + dualShared
    ownBytes =
      Self.processBytes + Self.threadBytes * Double(threads - 1) + own
      + (mask?.factorBytes ?? 0)
      + max(order * order * 8, Double(threads) * panel, 2 * width * m * scalar)

    let perIteration = form == .dual ? 2 * t * t : 2 * m * (2 * t + m)
    // Exclusion, start, and the check of the recomputed responses.
    let extra = form == .dual ? 4.0 : 2.5
    let all = Double(frames) * Double(neurons)
    phases = [
      Phase(name: "read", flops: 0, fileBytes: all * 4, messageBytes: all * scalar),
      Phase(name: "exchange", flops: 0, messageBytes: m * (t + u) * scalar),
      Phase(
        name: "gram", flops: order * order * (form == .dual ? m : t) / Double(ranks),
        messageBytes: order * order * 8),
      Phase(name: "factor", flops: order * order * order),
      Phase(
        name: "solve", flops: mask?.flops ?? (n * perIteration * (iterations + extra)),
        samples: n * t * (iterations + 1)),
      Phase(
        name: "score", flops: n * u * (form == .dual ? 4 * t : 4 * m) + n * 2 * t * order),
      Phase(
        name: "write", flops: form == .dual && !isFactored ? n * 2 * t * m : 0,
        fileBytes: Double(neurons) * (isFactored ? 2 * t : Double(neurons)) * scalar),
    ]
  }

  /// The iterations a neuron takes, on average.
  ///
  /// Measured on generated recordings of 300 to 500 neurons with λ of 1e-5 and 1e-3 at a
  /// tolerance of 1e-4: 14 where T = 0.5 M, 22 where T = 2.4 M, 29 to 36 where T = 8 M; a
  /// λ of 0.1 needed 13 to 15 everywhere.
  private static func expectedIterations(
    samples: Int, regressors: Int, configuration: Configuration
  ) -> Double {
    let ratio = Double(samples) / Double(max(1, regressors))
    let digits = max(1, -log10(configuration.tolerance))
    return min(Double(configuration.iterations), (10 + 7 * log2(1 + ratio)) * digits / 4)
  }
}

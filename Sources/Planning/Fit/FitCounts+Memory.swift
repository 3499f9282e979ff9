internal import CORNN

extension FitCounts {
  /// Memory at one of the moments at which it may be largest, bytes.
  struct Stage {
    /// Of each rank, and of the ranks of a node together.
    let own: Double
    let shared: Double

    func node(ranks: Int) -> Double { Double(ranks) * own + shared }

    /// Of one rank, without code and libraries.
    var addresses: Double {
      own + shared - FitCounts.processBytes - FitCounts.libraryBytes
    }
  }

  /// Code, libraries and buffers of a rank before any data: measured on Open MPI 4.1 with
  /// OpenBLAS 0.3.21 (Benchmarks/results/cluster/plan.md).
  static var processBytes: Double { 15e6 }
  /// What the ranks of a node share of it.
  static var libraryBytes: Double { 30e6 }
  /// The same for each thread beyond the first: its stack, BLAS buffer and heap.
  static var threadBytes: Double { 16e6 }

  /// The factorisation, the iterations, the evaluation and the writing of the result.
  var stages: [Stage] {
    let base = Self.processBytes + Self.threadBytes * (threads - 1) + seriesBytes
    let rows = Self.libraryBytes + regressorBytes
    let solution = own * order * scalar
    let observed = neurons * frames * scalar
    return [
      Stage(own: base + order * order * 8 / sharers, shared: rows + squareBytes),
      Stage(
        own: base + solution + (mask?.factorBytes ?? 0) + panelBytes, shared: rows + squareBytes),
      Stage(own: base + solution + evaluationBytes, shared: rows + observed),
      Stage(own: base + solution + blockBytes, shared: rows + observed),
    ]
  }

  /// The series of this rank's neurons, which are there all the time.
  var seriesBytes: Double { own * frames * scalar }

  /// The regressors of fitted and held-out transitions, once a node.
  var regressorBytes: Double { regressors * (t + u) * scalar }

  /// The Gram matrix in float64 and its inverse, once a node.
  ///
  /// The leader factors a copy, or each rank its blocks of it. In the dual form there are also
  /// the products with held-out frames.
  var squareBytes: Double {
    order * order * (8 + scalar + (isRounded ? 4 : 0)) + (isDual ? t * u * scalar : 0)
  }

  /// The state of the panels that are solved at a time: five vectors of samples, one more of
  /// scores or for the exclusion, four of unknowns, and two of float32.
  var panelBytes: Double {
    let samples = isDual && !excludesSelf ? 5 * t : 6 * t
    return min(threads, own) * width
      * (scalar * (samples + 4 * order) + (isRounded ? 8 * order : 0))
  }

  /// A block of W of one panel's rows, as a product and in the units of the recording.
  var blockBytes: Double { 2 * width * (isFactored ? t : neurons) * scalar }
}

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

  /// The search if there is one, the factorisation, the iterations, the evaluation and the writing
  /// of the result.
  var stages: [Stage] {
    let base = Self.processBytes + Self.threadBytes * (threads - 1) + seriesBytes
    let rows = Self.libraryBytes + regressorBytes
    let solution = own * order * scalar
    let observed = neurons * frames * scalar
    return (searchBytes.map { [Stage(own: base + $0.own, shared: rows + $0.shared)] } ?? []) + [
      setUp(base, rows),
      Stage(
        own: base + solution + (mask?.factorBytes ?? 0) + panelBytes + keptBytes,
        shared: rows + squareBytes),
      Stage(
        own: base + solution + keptBytes + evaluationBytes,
        shared: rows + observed + evaluationSharedBytes + narrowBytes),
      Stage(
        own: base + solution + keptBytes + blockBytes,
        shared: rows + observed + order * order * 8 + narrowBytes),
    ]
  }

  /// The factorisation: each rank has its blocks of a copy, or what it needs for its part of the
  /// features.
  private func setUp(_ base: Double, _ rows: Double) -> Stage {
    guard let features else {
      let inverted = mask?.isExactSomewhere ?? true ? order * order * 8 / sharers : 0
      return Stage(own: base + inverted, shared: rows + squareBytes)
    }
    return Stage(
      own: base + features.ownSetUpBytes, shared: rows + heldOutBytes + features.setUpBytes)
  }

  /// The series of this rank's neurons, which are there all the time.
  var seriesBytes: Double { own * frames * scalar }

  /// The regressors of fitted and held-out transitions, once a node.
  var regressorBytes: Double { regressors * (t + u) * scalar }

  /// The Gram matrix in float64 with its inverse or the features, once a node; in the dual form
  /// also the products with held-out frames.
  var squareBytes: Double {
    let whole = features?.sharedBytes ?? order * order * (8 + scalar)
    guard let mask else { return whole + heldOutBytes }
    return max(mask.isExactSomewhere ? whole : 0, mask.featureBytes) + heldOutBytes
  }

  private var heldOutBytes: Double { isDual ? t * u * scalar : 0 }

  /// The state of the panels that are solved at a time: in features, or five vectors of samples,
  /// one more of scores or for the exclusion, and four of unknowns.
  var panelBytes: Double {
    let panels = min(threads, own)
    if let features {
      let row = features.stateBytes + features.solutionBytes(scalar: scalar)
      return panels * (width * row + features.measureBytes)
    }
    let samples = isDual && !excludesSelf ? 5 * t : 6 * t
    return panels * width * scalar * (samples + 4 * order)
  }

  /// What stays with the process of panels in features that are done, between solutions that are
  /// kept: 0.1 to 0.4 of them, on 4,000 and 10,000 neurons.
  private var keptBytes: Double { features == nil ? 0 : 0.4 * panelBytes }

  /// The regressors in float32, once a node, for products that are weights.
  private var narrowBytes: Double { isDual && storesFloat ? neurons * t * 4 : 0 }

  /// A block of W of one panel's rows, as a product and in the units of the recording; or in float32,
  /// with coefficients as they are and packed.
  var blockBytes: Double {
    guard !isFactored, isDual, storesFloat else {
      return 2 * width * (isFactored ? t : neurons) * scalar
    }
    return width * (neurons + 2 * t) * 4
  }
}

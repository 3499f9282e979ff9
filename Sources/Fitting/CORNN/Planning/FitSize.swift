internal import Collectives
private import Glibc

/// The sizes of a fit, from which its work and memory are counted; as numbers, for at large
/// sizes products of them pass 2⁶³.
struct FitSize {
  let neurons: Double
  let frames: Double
  /// T, fitted transitions, and U, held-out ones.
  let t: Double
  let u: Double
  /// M.
  let regressors: Double
  let isDual: Bool
  let isFactored: Bool
  /// Free runs on held-out frames.
  let starts: Double
  /// Bytes of a number.
  let scalar: Double
  let ranks: Double
  let threads: Double
  /// Rows of a panel.
  let width: Double
  /// Whether the dual form multiplies in float32 until it verifies.
  let isRounded: Bool
  /// Whether the dual form is expected to find an inverse of low rank.
  let isLowRank: Bool

  init(
    neurons: Int, frames: Int, samples: Int, tests: Int, regressors: Int, isDual: Bool,
    isFactored: Bool, starts: Int, scalar: Int, ranks: Int, threads: Int,
    isRounded: Bool, isLowRank: Bool
  ) {
    self.neurons = Double(neurons)
    self.frames = Double(frames)
    t = Double(samples)
    u = Double(tests)
    self.regressors = Double(regressors)
    self.isDual = isDual
    self.isFactored = isFactored
    self.starts = Double(starts)
    self.scalar = Double(scalar)
    self.ranks = Double(ranks)
    self.threads = Double(threads)
    self.isRounded = isRounded
    self.isLowRank = isLowRank
    let own = Double((neurons + ranks - 1) / ranks)
    let most = Double(PanelWork.mostRows(samples: samples))
    let rounds = ((own / most).rounded(.up) / Double(threads)).rounded(.up)
    width = max(min(most, 8), (own / (rounds * Double(threads))).rounded(.up))
  }

  /// Neurons of the busiest rank.
  var own: Double { (neurons / ranks).rounded(.up) }
  /// Of the matrix that is factored, and of a neuron's unknowns.
  var order: Double { isDual ? t : regressors }
  /// Frames of a free run.
  var horizon: Double { starts > 0 && u > 0 ? max(1, min(50, ((u + 1) / 4).rounded(.down))) : 0 }

  /// The iterations a neuron takes, on average.
  ///
  /// Measured on generated recordings with λ of 1e-5 and 1e-3 at a tolerance of 1e-4: they grow
  /// with T, whatever M. 14 at T = 200, 21 to 24 at 500, 22 at 1,000, 24 to 29 at 1,500, 30 at
  /// 2,000, 31 at 4,000, 34 at 8,000; a λ of 0.1 needed 13 to 15 everywhere.
  func expectedIterations(_ configuration: Configuration) -> Double {
    let digits = max(1, -log10(configuration.tolerance))
    let usual = max(10, 14 + 4 * log2(max(1, t) / 200))
    return min(Double(configuration.iterations), usual * digits / 4)
  }
}

// MARK: - Work

extension FitSize {
  /// Memory traffic of a number that is turned from time-major to neuron-major: lines of the
  /// cache, of which it is a small part, on the way out and in.
  private var turned: Double { 500 }

  func phases(iterations: Double, mask: MaskLoad?) -> [FitPlan.Phase] {
    let all = frames * neurons
    let shares = (isDual ? 2 * t * u * regressors : 0) / ranks
    return [
      .init(
        name: "read", flops: 0, streamed: turned * all / ranks, fileBytes: all * 4,
        messages: .init(dealt: all * scalar)),
      .init(
        name: "exchange", flops: 0,
        messages: .init(summedOverNodes: regressors * (t + u) * scalar)),
      .init(
        name: "gram", flops: order * order * (isDual ? regressors : t) / ranks + shares,
        messages: .init(summedOverNodes: order * order * 8 + (isDual ? t * u * scalar : 0))),
      factorisation,
      solution(iterations: iterations, mask: mask),
      .init(name: "score", flops: own * u * 2 * order),
      evaluation,
      writing,
    ]
  }

  /// The iterations, and the products of each row that are always exact: of the exclusion, of
  /// the start, and of S and the image that verify it.
  private func solution(iterations: Double, mask: MaskLoad?) -> FitPlan.Phase {
    let samples = own * t * (iterations + 1)
    guard mask == nil, isDual else {
      let flops =
        mask?.flops ?? own * 2 * regressors * (2 * t + regressors) * (iterations + 2.5)
      return .init(name: "solve", flops: flops, samples: samples)
    }
    let product = 2 * t * t
    let image = isLowRank ? 4 * t * rank : product
    let exact = isLowRank ? 5.0 : isRounded ? 3.0 : 4.0
    guard isRounded else {
      return .init(
        name: "solve", flops: own * (exact * product + iterations * image), samples: samples)
    }
    let corrections = iterations * 6 * t * deflated
    return .init(
      name: "solve", flops: own * (exact * product + corrections),
      flopsFloat: own * iterations * image, samples: samples)
  }

  /// Of the low-rank inverse: 0.22 to 0.28 of the samples on generated recordings of 1,000 to
  /// 10,000 neurons and 500 to 2,000 frames with λ = 1e-3 a frame, 0.17 to 0.21 with 1e-2.
  private var rank: Double { 0.24 * t }
  /// Of the correction of rounded images.
  private var deflated: Double { min(t, Double(Deflation<Double>.rank)) }

  private var writing: FitPlan.Phase {
    let product = isDual && !isFactored ? own * 2 * t * regressors : 0
    let bytes =
      isFactored ? 2 * neurons * t * scalar : neurons * neurons * (isRounded ? 4 : scalar)
    // Sample coefficients under a strong ridge do not cancel: float32 is enough for them.
    let isNarrow = isRounded && isLowRank
    return .init(
      name: "write", flops: isNarrow ? 0 : product, flopsFloat: isNarrow ? product : 0,
      fileBytes: bytes)
  }

  /// The inverse, by all ranks or by one of each node; and what the dual form tries besides,
  /// by one of each node: an inverse of low rank.
  private var factorisation: FitPlan.Phase {
    let cube = order * order * order
    let trial = isDual ? 0.3 * cube + (isRounded ? 8 * t * t * deflated : 0) : 0
    let shared = sharers
    guard shared > 1 else { return .init(name: "factor", flops: cube + trial) }
    return .init(
      name: "factor", flops: trial, flopsShared: cube / shared,
      messages: .init(
        summedOverNodes: order * order * scalar, passed: passedInInversion,
        // Factor, inverse of the factor, its square: each 2 log2 p messages a block of columns.
        rounds: 6 * order / Double(BlockCyclic.block)))
  }

  /// The ranks that share the inversion; 1 if it is done on each node.
  private var sharers: Double {
    Double(BlockCyclic(order: Int(order), ranks: Int(ranks)).ranks)
  }

  /// Bytes that the ranks pass on in a shared inversion.
  ///
  /// In each of the three steps the entries of a triangle, n²/2, go to the other ranks in
  /// their row and in their column of the grid.
  private var passedInInversion: Double {
    let grid = BlockCyclic(order: Int(order), ranks: Int(ranks))
    return 1.5 * Double(grid.rows + grid.columns - 2) * order * order * 8
  }

  /// The linear model, with the choice of its ridge, and the free runs of both models on the
  /// held-out frames: what `LinearSystem` and `RolloutScores` count.
  private var evaluation: FitPlan.Phase {
    guard u > 0 else { return .init(name: "evaluate", flops: 0) }
    // A Gram matrix of its own, the linear model's in the same form as ours but for T < M.
    let isDual = t < regressors
    let order = min(t, regressors)
    let gram = order * order * max(t, regressors) / ranks
    // 8 ridges on 4 folds of three quarters of the frames.
    let trials = (32 / ranks).rounded(.up)
    let foldOrder = isDual ? 0.75 * t : regressors
    let judges = min(48, neurons)
    let trial =
      foldOrder * foldOrder * (foldOrder / 3 + 2 * judges) + 2 * judges * foldOrder * t / 4
    let folds = isDual ? 0 : min(4, trials) * regressors * (regressors + 2 * judges) * t / 4
    let solution =
      order * order * (order / 3 + 2 * own) + (isDual ? 0 : 2 * own * regressors * t)
    let linearColumn = (isDual ? 4 * t : 2 * regressors) * own
    let ownColumn = (self.isDual ? 4 * t : 2 * regressors) * own
    let columns = horizon * starts
    let touched =
      horizon * own
      * ((isDual ? t : 0) * scalar + order * 8 + (self.isDual ? t : 0) * scalar
        + self.order * scalar)
    let summed = ((isDual ? t : 0) * (u + columns) + (self.isDual ? t : 0) * columns) * 8
    let gathered =
      ((isDual ? 0 : u + columns) + (self.isDual ? 0 : columns)) * neurons * scalar
    return .init(
      name: "evaluate",
      flops: gram + trials * trial + folds + solution + (u + columns) * linearColumn
        + columns * ownColumn,
      entries: 2 * own * columns, streamed: touched,
      messages: .init(
        summedOverNodes: neurons * frames * scalar, summed: order * order * 8 + summed,
        gathered: gathered, rounds: 2 * horizon + 8))
  }
}

// MARK: - Memory

extension FitSize {
  /// Memory at one of the moments at which it may be largest.
  struct Stage {
    /// Of each rank, and of the ranks of a node together.
    let own: Double
    let shared: Double

    func node(ranks: Int) -> Double { Double(ranks) * own + shared }

    /// Of one rank, without code and libraries.
    var addresses: Double { own + shared - FitSize.processBytes - FitSize.libraryBytes }
  }

  /// Code, libraries and buffers of a rank before any data: measured on Open MPI 4.1 with
  /// OpenBLAS 0.3.21.
  fileprivate static var processBytes: Double { 15e6 }
  /// What the ranks of a node share of it.
  fileprivate static var libraryBytes: Double { 30e6 }
  /// The same for each thread beyond the first: its stack, BLAS buffer and heap.
  private static var threadBytes: Double { 16e6 }

  func stages(maskBytes: Double) -> [Stage] {
    // What is there all the time: the series of this rank's neurons.
    let base =
      Self.processBytes + Self.threadBytes * (threads - 1) + own * frames * scalar
    let rows = Self.libraryBytes + regressors * (t + u) * scalar
    let solution = own * order * scalar
    // The Gram matrix in float64 and its inverse; the leader factors a copy, or each rank its
    // blocks of it. In the dual form also the products with held-out frames.
    let squares =
      order * order * (8 + scalar + (isRounded ? 4 : 0)) + (isDual ? t * u * scalar : 0)
    let panels =
      min(threads, own) * width * (scalar * (6 * t + 4 * order) + (isRounded ? 8 * order : 0))
    let observed = neurons * frames * scalar
    // A block of W of one panel's rows, as a product and in the units of the recording.
    let block = 2 * width * (isFactored ? t : neurons) * scalar
    return [
      Stage(own: base + order * order * 8 / sharers, shared: rows + squares),
      Stage(own: base + solution + maskBytes + panels, shared: rows + squares),
      Stage(own: base + solution + evaluationBytes, shared: rows + observed),
      Stage(own: base + solution + block, shared: rows + observed),
    ]
  }

  /// What a rank holds beside the shared rates while it evaluates.
  private var evaluationBytes: Double {
    guard u > 0 else { return 0 }
    let order = min(t, regressors)
    // The Gram matrix, a fold's and its factor; the regressors of the fold's quarter of the
    // frames, as they are and in float64.
    let matrices =
      t < regressors
      ? 2 * order * order * 8
      : 3 * order * order * 8 + regressors * t / 4 * (8 + scalar)
    // 512 frames: rates and features, or all regressors in either precision.
    let block =
      min(512, t) * (isDual ? own * (scalar + 8) + t * 8 : regressors * 2 * (scalar + 8))
    // What is freed of blocks this small stays with the process.
    return matrices + max(block, own * order * 8)
  }
}

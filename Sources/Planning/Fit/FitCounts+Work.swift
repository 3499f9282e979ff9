internal import CORNN
internal import Collectives

extension FitCounts {
  /// What each phase takes, in order.
  var phases: [PhaseWork] {
    let all = frames * neurons
    let shares = (isDual ? 2 * t * u * regressors : 0) / ranks
    return [
      PhaseWork(
        phase: .read, streamed: Self.turnedBytes * all / ranks,
        fileBytes: all * Self.storedRateBytes, messages: PhaseMessages(dealt: all * scalar)),
      PhaseWork(
        phase: .exchange,
        messages: PhaseMessages(summedOverNodes: regressors * (t + u) * scalar)),
      PhaseWork(
        phase: .gram, flops: order * order * (isDual ? regressors : t) / ranks + shares,
        messages: PhaseMessages(
          summedOverNodes: order * order * 8 + (isDual ? t * u * scalar : 0))),
      factorisation,
      solution,
      PhaseWork(phase: .score, flops: own * u * 2 * order),
      evaluation,
      writing,
    ]
  }

  /// Memory traffic of a number that is turned from time-major to neuron-major: lines of the
  /// cache, of which it is a small part, on the way out and in.
  private static var turnedBytes: Double { 500 }
  /// Bytes of a rate in a recording, which is float32 for the most part.
  private static var storedRateBytes: Double { 4 }

  /// Of the low-rank inverse: 0.22 to 0.28 of the samples on generated recordings of 1,000 to
  /// 10,000 neurons and 500 to 2,000 frames with λ = 1e-3 a frame, 0.17 to 0.21 with 1e-2.
  private var rank: Double { 0.24 * t }
  /// Of the correction of rounded images.
  private var deflated: Double { min(t, Double(Deflation<Double>.rank)) }

  /// The iterations, and the products of each row that are always exact: of the exclusion, of
  /// the start, and of S and the image that verify it.
  private var solution: PhaseWork {
    let samples = own * t * (iterations + 1)
    guard mask == nil, isDual else {
      // Two products with X and one with the inverse an iteration; the start and the check.
      let flops =
        mask?.flops ?? own * 2 * regressors * (2 * t + regressors) * (iterations + 2.5)
      return PhaseWork(phase: .solve, flops: flops, samples: samples)
    }
    let product = 2 * t * t
    let image = isLowRank ? 4 * t * rank : product
    let isNarrow = isRounded && approximates
    let exact = (isLowRank ? 5.0 : isNarrow ? 3.0 : 4.0) - (excludesSelf ? 0 : 1)
    guard isNarrow else {
      return PhaseWork(
        phase: .solve, flops: own * (exact * product + iterations * image), samples: samples)
    }
    let corrections = iterations * 6 * t * deflated
    return PhaseWork(
      phase: .solve, flops: own * (exact * product + corrections),
      flopsFloat: own * iterations * image, samples: samples)
  }

  private var writing: PhaseWork {
    let product = isDual && !isFactored ? own * 2 * t * regressors : 0
    let bytes =
      isFactored ? 2 * neurons * t * scalar : neurons * neurons * (isRounded ? 4 : scalar)
    // Sample coefficients under a strong ridge do not cancel: float32 is enough for them.
    let isNarrow = isRounded && isLowRank
    return PhaseWork(
      phase: .write, flops: isNarrow ? 0 : product, flopsFloat: isNarrow ? product : 0,
      fileBytes: bytes)
  }

  /// The inverse, by all ranks or by one of each node; and what the dual form tries besides,
  /// by one of each node: an inverse of low rank.
  private var factorisation: PhaseWork {
    let cube = order * order * order
    let trial =
      isDual
      ? Self.lowRankTrial * cube
        + (isRounded ? 2 * t * t * deflated * Double(Deflation<Double>.powers + 1) : 0) : 0
    let shared = sharers
    guard shared > 1 else { return PhaseWork(phase: .factor, flops: cube + trial) }
    return PhaseWork(
      phase: .factor, flops: trial, flopsShared: cube / shared,
      messages: PhaseMessages(
        summedOverNodes: order * order * scalar, passed: passedInInversion,
        // Factor, inverse of the factor, its square: each 2 log2 p messages a block of columns.
        rounds: 6 * order / Double(BlockCyclic.block)))
  }

  /// Flops of the trial of an inverse of low rank, over T³: the pivoted Cholesky factor of
  /// every other sample, up to a third of the order, and of all where that is not refused.
  private static var lowRankTrial: Double { 0.3 }

  private var grid: BlockCyclic { BlockCyclic(order: Int(order), ranks: Int(ranks)) }

  /// The ranks that share the inversion; 1 if it is done on each node.
  var sharers: Double { Double(grid.ranks) }

  /// Bytes that the ranks pass on in a shared inversion.
  ///
  /// In each of the three steps the entries of a triangle, n²/2, go to the other ranks in
  /// their row and in their column of the grid.
  private var passedInInversion: Double {
    1.5 * Double(grid.rows + grid.columns - 2) * order * order * 8
  }
}

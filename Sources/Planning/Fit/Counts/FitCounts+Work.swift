internal import CORNN
internal import Collectives

extension FitCounts {
  /// What each phase takes, in order.
  var phases: [PhaseWork] {
    let all = frames * neurons
    let shares = (isDual ? 2 * t * u * regressors : 0) / ranks
    let beginning = [
      PhaseWork(
        phase: .read, streamed: Self.turnedBytes * all / ranks,
        fileBytes: all * Self.storedRateBytes, messages: PhaseMessages(dealt: all * scalar)),
      PhaseWork(
        phase: .exchange,
        messages: PhaseMessages(summedOverNodes: regressors * (t + u) * scalar)),
    ]
    return beginning + (search.map { [$0] } ?? []) + [
      PhaseWork(
        phase: .gram, flops: gramFlops / ranks + shares,
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

  /// The iterations, with the products of each row besides: of the exclusion, of the start, and of
  /// what verifies it.
  private var solution: PhaseWork {
    let samples = own * t * (iterations + 1)
    if let features {
      return PhaseWork(
        phase: .solve, flops: own * features.exact, flopsFloat: own * features.narrow,
        flopsPacked: own * features.rounded(iterations: iterations),
        flopsSplit: own * features.split(iterations: iterations),
        samples: own * features.numbers(iterations: iterations))
    }
    if let mask {
      return PhaseWork(
        phase: .solve, flops: mask.flops + mask.flopsMeasured, flopsPacked: mask.flopsPacked,
        samples: (mask.isExactSomewhere ? samples : 0) + mask.numbers)
    }
    guard isDual else {
      // Two products with X and one with the inverse an iteration; the start and the check.
      let flops = own * 2 * regressors * (2 * t + regressors) * (iterations + 2.5)
      return PhaseWork(phase: .solve, flops: flops, samples: samples)
    }
    let products = iterations + (excludesSelf ? 4 : 3)
    return PhaseWork(phase: .solve, flops: own * products * 2 * t * t, samples: samples)
  }

  private var writing: PhaseWork {
    let product = isDual && !isFactored ? own * 2 * t * regressors : 0
    let bytes =
      isFactored ? 2 * neurons * t * scalar : neurons * neurons * (storesFloat ? 4 : scalar)
    return PhaseWork(
      phase: .write, flops: storesFloat ? 0 : product, flopsFloat: storesFloat ? product : 0,
      fileBytes: bytes)
  }

  /// Of the Gram matrix, or of those of all masks in features.
  private var gramFlops: Double {
    let whole = order * order * (isDual ? regressors : t)
    return (mask?.isExactSomewhere ?? true ? whole : 0) + (mask?.gramFlops ?? 0)
  }

  /// The features, by the ranks of each node; or the inverse, by all ranks or by one of each node.
  private var factorisation: PhaseWork {
    var work = wholeFactorisation
    guard let mask else { return work }
    if !mask.isExactSomewhere { work = PhaseWork(phase: .factor) }
    work.flops += mask.aloneFlops + mask.sharedFlops / ranksPerNode
    return work
  }

  private var wholeFactorisation: PhaseWork {
    if let features {
      return PhaseWork(
        phase: .factor, flops: features.alone + features.shared / ranksPerNode,
        flopsFloat: features.sharedNarrow / ranksPerNode)
    }
    let cube = order * order * order
    let shared = sharers
    guard shared > 1 else { return PhaseWork(phase: .factor, flops: cube) }
    return PhaseWork(
      phase: .factor, flopsShared: cube / shared,
      messages: PhaseMessages(
        summedOverNodes: order * order * scalar, passed: passedInInversion,
        // Factor, inverse of the factor, its square: each 2 log2 p messages a block of columns.
        rounds: 6 * order / Double(BlockCyclic.block)))
  }

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

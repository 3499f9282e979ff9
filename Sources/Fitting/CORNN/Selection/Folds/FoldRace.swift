internal import LinearAlgebra

/// Candidates on one fold after another, of which those are given up that fall clearly behind.
///
/// What is left stays a grid of losses, leaks and ridges, as these share products. One that was
/// given up keeps the distance that it had to the best on the folds it was tried on.
struct FoldRace {
  /// What candidates are compared by.
  enum Judge {
    case squares, magnitudes

    fileprivate func value(_ candidate: Selection.Candidate) -> Double {
      switch self {
      case .squares: candidate.error
      case .magnitudes: candidate.magnitude
      }
    }
  }

  private struct Cell: Hashable {
    let loss: Int
    let alpha: Int
    let lambda: Int
  }

  /// By how much a candidate may be worse than the best after one fold, two, and so on.
  ///
  /// Wide, as blocks of a recording differ: Sources/Benchmarks/results/choices/search.md has where
  /// the choice was compared with that of all candidates on all folds.
  static let margins = [0.3, 0.15, 0.1]

  private let trial: SearchMemory.Trial
  private let judge: Judge
  /// By loss, over all leaks and ridges.
  private var tallies: [Tally]
  private var folds = 0
  private var losses: [Int]
  private var alphas: [Int]
  private var lambdas: [Int]
  private var entered: Set<Cell> = []
  /// Those that were given up, with the best of the folds they were tried on.
  private var retired: [Cell: (own: Selection.Candidate, best: Selection.Candidate)] = [:]

  init(_ trial: SearchMemory.Trial, by judge: Judge) {
    self.trial = trial
    self.judge = judge
    tallies = trial.losses.map { _ in
      Tally(alphas: trial.alphas.count, lambdas: trial.lambdas.count)
    }
    losses = Array(trial.losses.indices)
    alphas = Array(trial.alphas.indices)
    lambdas = Array(trial.lambdas.indices)
  }

  /// Those that are still in it.
  var open: SearchMemory.Trial {
    SearchMemory.Trial(
      losses: losses.map { trial.losses[$0] }, alphas: alphas.map { trial.alphas[$0] },
      lambdas: lambdas.map { trial.lambdas[$0] }, round: trial.round, targets: trial.targets)
  }

  /// Takes what the open candidates did on a fold, by loss; of the ridges only the first `tried`
  /// were.
  mutating func take(_ found: [Tally], tried: Int) {
    lambdas = Array(lambdas.prefix(tried))
    for (loss, tally) in zip(losses, found) {
      tallies[loss].add(tally, rows: lambdas, columns: alphas)
    }
    entered.formUnion(cells)
    folds += 1
  }

  /// Gives up those that are clearly behind.
  mutating func retire() {
    guard let best else { return }
    let bound = judge.value(best) * (1 + Self.margins[min(folds, Self.margins.count) - 1])
    let before = cells
    let promising = before.filter { judge.value(candidate($0)) <= bound }
    losses = losses.filter { i in promising.contains { $0.loss == i } }
    alphas = alphas.filter { i in promising.contains { $0.alpha == i } }
    lambdas = lambdas.filter { i in promising.contains { $0.lambda == i } }
    let kept = Set(cells)
    for cell in before where !kept.contains(cell) { retired[cell] = (candidate(cell), best) }
  }

  /// What was found of each loss, of all that were tried.
  var findings: [SearchFindings] {
    let best = best
    return trial.losses.indices.map { loss in
      let own = entered.filter { $0.loss == loss }.sorted {
        ($0.lambda, $0.alpha) < ($1.lambda, $1.alpha)
      }
      return SearchFindings(
        candidates: own.map { cell in
          guard let found = retired[cell] else { return candidate(cell) }
          return best.map { found.own.scaled(from: found.best, to: $0) } ?? found.own
        },
        clipped: Dictionary(uniqueKeysWithValues: zip(trial.alphas, tallies[loss].clippedShares)))
    }
  }

  private var cells: [Cell] {
    losses.flatMap { loss in
      lambdas.flatMap { lambda in
        alphas.map { Cell(loss: loss, alpha: $0, lambda: lambda) }
      }
    }
  }

  /// The best of those that are still in it; nil where none has a finite error.
  private var best: Selection.Candidate? {
    let open = cells.map(candidate)
    return open.map(judge.value).placeOfLeast.map { open[$0] }
  }

  private func candidate(_ cell: Cell) -> Selection.Candidate {
    Selection.Candidate(
      alpha: trial.alphas[cell.alpha], lambda: trial.lambdas[cell.lambda],
      error: tallies[cell.loss].relativeError(cell.lambda, cell.alpha),
      magnitude: tallies[cell.loss].relativeMagnitude(cell.lambda, cell.alpha))
  }
}

/// What a search found of a loss.
struct SearchFindings {
  let candidates: [Selection.Candidate]
  /// For each leak, the share of targets beyond ±1.
  let clipped: [Double: Double]
}

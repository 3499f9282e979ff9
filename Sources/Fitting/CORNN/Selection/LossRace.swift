internal import LinearAlgebra

/// The losses of a comparison, of which each round leaves fewer.
struct LossRace {
  /// Those that are still compared, by index.
  private(set) var open: [Int]
  /// The ridges at which they are tried, descending.
  private(set) var lambdas: [Double]
  /// The error of each at its best ridge, on the scale of the last round.
  private(set) var errors: [Double]
  /// Ridges beside those, ascending.
  private let grid: [Double]

  /// Losses that begin at some ridges, descending; later rounds also try those beside the promising
  /// ones in `grid`: losses want different ridges, and a step of a decade is more than losses differ
  /// by.
  init(count: Int, lambdas: [Double], grid: [Double] = []) {
    open = Array(0..<count)
    self.lambdas = lambdas
    self.grid = grid
    errors = [Double](repeating: .infinity, count: count)
  }

  /// Takes the errors of the open losses, one a ridge, and gives up those, losses and ridges,
  /// that are clearly worse than the best.
  mutating func take(_ found: [[(lambda: Double, error: Double)]], of round: SearchRound) {
    let least = found.map { own in
      own.map(\.error).placeOfLeast.map { own[$0].error } ?? .infinity
    }
    guard let best = least.placeOfLeast else {
      for loss in open { errors[loss] = .infinity }
      return
    }
    // What was given up keeps its distance to the best of its round.
    let scale = least[best] / (errors.placeOfLeast.map { errors[$0] } ?? least[best])
    errors = errors.map { $0 * scale }
    for (loss, error) in zip(open, least) { errors[loss] = error }
    let bound = least[best] * (1 + round.margin)
    let ranked = least.indices.filter { least[$0] <= bound }.sorted {
      (least[$0], $0) < (least[$1], $1)
    }.prefix(round.survivors)
    let promising = Set(
      ranked.flatMap { found[$0].filter { $0.error <= bound }.map(\.lambda) })
    open = ranked.map { open[$0] }.sorted()
    lambdas = Set(lambdas.filter(promising.contains).flatMap(besideAndSelf)).sorted(by: >)
  }

  private func besideAndSelf(_ lambda: Double) -> [Double] {
    guard let place = grid.firstIndex(of: lambda) else { return [lambda] }
    return Array(grid[max(0, place - 1)...min(grid.count - 1, place + 1)])
  }
}

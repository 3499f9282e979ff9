internal import LinearAlgebra

/// The way of a selection through its grid: what to try next, given what was found.
///
/// First every second leak and every second ridge; then the best with all around it; then on
/// from a best that stands at the rim of what was tried, while the grid has more on that side.
/// So the neighbours of the one that is chosen were tried too, or there are none.
struct GridWalk {
  private struct Cell: Hashable {
    let alpha: Int
    let lambda: Int
  }

  private let grid: SelectionGrid
  /// Cells that were handed out: a weak ridge may be left out of what comes back.
  private var visited: Set<Cell> = []
  private var isRefined = false
  private(set) var tried: [Selection.Candidate] = []
  private(set) var clipped: [Double: Double] = [:]

  init(_ grid: SelectionGrid) { self.grid = grid }

  /// The candidate with the least error; nil if none has a finite one.
  var best: Selection.Candidate? {
    tried.map(\.error).placeOfLeast.map { tried[$0] }
  }

  /// Takes in what was found; later errors replace those of the same candidates.
  mutating func take(_ found: [Selection.Candidate], clipped shares: [Double: Double]) {
    tried = tried.filter { old in
      !found.contains { $0.alpha == old.alpha && $0.lambda == old.lambda }
    }
    tried += found
    clipped.merge(shares) { $1 }
  }

  /// The leaks and ridges to try together next; nil at the end of the way.
  mutating func next() -> (alphas: [Double], lambdas: [Double])? {
    guard !visited.isEmpty else {
      return visit(Self.everySecond(grid.alphas.count), Self.everySecond(grid.lambdas.count))
    }
    guard let best, let alpha = grid.alphas.firstIndex(of: best.alpha),
      let lambda = grid.lambdas.firstIndex(of: best.lambda)
    else { return nil }
    let alphas = Self.around(alpha, of: grid.alphas.count)
    let lambdas = Self.around(lambda, of: grid.lambdas.count)
    let neighbours =
      alphas.map { Cell(alpha: $0, lambda: lambda) }
      + lambdas.map { Cell(alpha: alpha, lambda: $0) }
    guard !isRefined || !neighbours.allSatisfy(visited.contains) else { return nil }
    isRefined = true
    return visit(alphas, lambdas)
  }

  private mutating func visit(
    _ alphas: [Int], _ lambdas: [Int]
  ) -> (alphas: [Double], lambdas: [Double]) {
    for alpha in alphas {
      for lambda in lambdas { visited.insert(Cell(alpha: alpha, lambda: lambda)) }
    }
    return (alphas.map { grid.alphas[$0] }, lambdas.map { grid.lambdas[$0] })
  }

  /// Every second place from the first on, and the last.
  private static func everySecond(_ count: Int) -> [Int] {
    (0..<count).filter { $0.isMultiple(of: 2) || $0 == count - 1 }
  }

  /// A place with those on both sides of it.
  private static func around(_ place: Int, of count: Int) -> [Int] {
    Array(max(0, place - 1)...min(count - 1, place + 1))
  }
}

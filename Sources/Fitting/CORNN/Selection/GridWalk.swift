internal import LinearAlgebra

/// The way of a selection through its grid: what to try next, given what was found.
///
/// The first round tries every second leak and every second ridge. Each round then tries the
/// best with all around it, and goes on from a best that stands at the rim of what the round
/// has tried, while the grid has more on that side. The last round leaves out those that were
/// clearly worse in the round before. So the neighbours of the one that is chosen were tried
/// too, or there are none.
struct GridWalk {
  /// Candidates to try together.
  struct Block {
    let round: SearchRound
    let alphas: [Double]
    let lambdas: [Double]
  }

  private struct Cell: Hashable {
    let alpha: Int
    let lambda: Int
  }

  private let grid: SelectionGrid
  private var round = 0
  /// What each round found.
  private var found: [[Cell: Selection.Candidate]]
  /// Cells that a round handed out: a weak ridge may be left out of what comes back.
  private var visited: [Set<Cell>]
  private(set) var clipped: [Double: Double] = [:]

  init(_ grid: SelectionGrid) {
    self.grid = grid
    found = [[Cell: Selection.Candidate]](repeating: [:], count: grid.rounds.count)
    visited = [Set<Cell>](repeating: [], count: grid.rounds.count)
  }

  /// The candidate with the least error of the last round that found a finite one.
  var best: Selection.Candidate? {
    found.lazy.reversed().compactMap { round in Self.best(round).flatMap { round[$0] } }.first
  }

  /// All candidates, with their errors in the last round each was tried in, relative to the
  /// best of it.
  var tried: [Selection.Candidate] {
    guard let best else { return found.flatMap(\.values) }
    var result: [Cell: Selection.Candidate] = [:]
    for round in found {
      guard let least = Self.best(round).flatMap({ round[$0] }) else { continue }
      result.merge(round.mapValues { $0.scaled(from: least, to: best) }) { $1 }
    }
    return Array(result.values)
  }

  /// Takes in what was found in the present round; later errors replace those of the same
  /// candidates.
  mutating func take(_ candidates: [Selection.Candidate], clipped shares: [Double: Double]) {
    for candidate in candidates {
      guard let alpha = grid.alphas.firstIndex(of: candidate.alpha),
        let lambda = grid.lambdas.firstIndex(of: candidate.lambda)
      else { continue }
      found[round][Cell(alpha: alpha, lambda: lambda)] = candidate
    }
    clipped.merge(shares) { $1 }
  }

  /// The leaks and ridges to try together next; nil at the end of the way.
  mutating func next() -> Block? {
    guard !visited[0].isEmpty else {
      return visit(Self.everySecond(grid.alphas.count), Self.everySecond(grid.lambdas.count))
    }
    while round < grid.rounds.count {
      // A round begins where the one before ended.
      guard let centre = Self.best(found[round]) ?? (round > 0 ? Self.best(found[round - 1]) : nil)
      else { return nil }
      let neighbours = neighbours(of: centre)
      if !neighbours.allSatisfy(visited[round].contains) {
        return visit(
          Set(neighbours.map(\.alpha)).sorted(), Set(neighbours.map(\.lambda)).sorted())
      }
      round += 1
    }
    round = grid.rounds.count - 1
    return nil
  }

  /// A cell and those beside it that are worth a try in the present round.
  private func neighbours(of cell: Cell) -> [Cell] {
    let beside =
      Self.around(cell.alpha, of: grid.alphas.count).map { Cell(alpha: $0, lambda: cell.lambda) }
      + Self.around(cell.lambda, of: grid.lambdas.count).map { Cell(alpha: cell.alpha, lambda: $0) }
    guard round > 0, round == grid.rounds.count - 1 else { return beside }
    return beside.filter { $0 == cell || !isHopeless($0) }
  }

  /// Whether the round before found a cell clearly worse than its best.
  private func isHopeless(_ cell: Cell) -> Bool {
    let before = found[round - 1]
    guard let least = Self.best(before).flatMap({ before[$0] }), visited[round - 1].contains(cell)
    else { return false }
    let error = before[cell]?.error ?? .infinity
    return !(error <= least.error * (1 + grid.rounds[round - 1].margin))
  }

  private mutating func visit(_ alphas: [Int], _ lambdas: [Int]) -> Block {
    for alpha in alphas {
      for lambda in lambdas { visited[round].insert(Cell(alpha: alpha, lambda: lambda)) }
    }
    return Block(
      round: grid.rounds[round], alphas: alphas.map { grid.alphas[$0] },
      lambdas: lambdas.map { grid.lambdas[$0] })
  }

  /// The cell with the least error; of equal ones that with the strongest ridge.
  private static func best(_ found: [Cell: Selection.Candidate]) -> Cell? {
    let cells = found.keys.sorted { ($0.lambda, $1.alpha) > ($1.lambda, $0.alpha) }
    return cells.map { found[$0]?.error ?? .nan }.placeOfLeast.map { cells[$0] }
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

extension Selection.Candidate {
  /// The same as if the best of its round had the errors of another.
  func scaled(from least: Self, to best: Self) -> Self {
    guard least.error != best.error else { return self }
    return Self(
      alpha: alpha, lambda: lambda, error: error / least.error * best.error,
      magnitude: magnitude / least.magnitude * best.magnitude)
  }
}

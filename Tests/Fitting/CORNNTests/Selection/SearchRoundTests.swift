import Testing

@testable import CORNN

/// What a search gives up from one round to the next.
@Suite struct SearchRoundTests {
  private let round = SearchRound(
    neurons: 8, iterations: 1, tolerance: 1e-3, margin: 0.1, survivors: 2)

  /// Losses that are clearly worse than the best are given up, and ridges that none of the
  /// others wants; they keep their distance to the best of their round.
  @Test func lossesAreGivenUp() {
    var race = LossRace(count: 4, lambdas: [1, 0.1])
    race.take(
      [
        [(1, 1.0), (0.1, 2.0)], [(1, 3.0), (0.1, 4.0)], [(1, 1.05), (0.1, 1.5)],
        [(1, .infinity), (0.1, .nan)],
      ], of: round)
    #expect(race.open == [0, 2] && race.lambdas == [1])
    race.take([[(1, 0.6)], [(1, 0.5)]], of: round)
    #expect(race.open == [2])
    #expect(race.errors == [0.6, 1.5, 0.5, .infinity])
  }

  @Test func whereAllDivergeNoneIsChosen() {
    var race = LossRace(count: 2, lambdas: [1])
    race.take([[(1, .infinity)], [(1, .nan)]], of: round)
    #expect(race.errors == [.infinity, .infinity])
  }

  /// The last round tries the best again, not those that were clearly worse than it.
  @Test func theLastRoundLeavesOutWhatWasWorse() throws {
    var grid = SelectionGrid()
    grid.alphas = [0.1, 0.2, 0.3]
    grid.lambdas = [1e-3, 1e-2, 1e-1]
    grid.rounds = [round, round]
    var walk = GridWalk(grid)
    var last: GridWalk.Block?
    while let block = walk.next() {
      last = block
      walk.take(
        block.lambdas.flatMap { lambda in
          block.alphas.map { alpha in
            let error = 1 + (alpha == 0.2 ? 0 : 1) + (lambda == 1e-2 ? 0 : lambda)
            return Selection.Candidate(
              alpha: alpha, lambda: lambda, error: error, magnitude: error)
          }
        }, clipped: [:])
    }
    #expect(last?.alphas == [0.2] && last?.lambdas == [1e-3, 1e-2, 1e-1])
    #expect(walk.best?.alpha == 0.2 && walk.best?.lambda == 1e-2)
    #expect(walk.tried.count == 9)
    #expect(walk.tried.map(\.error).min() == walk.best?.error)
  }
}

import Kernels
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

  /// After the first round ridges beside the promising ones in the grid are tried too.
  @Test func ridgesBesideTheBestAreTried() {
    var race = LossRace(count: 2, lambdas: [1, 0.1, 0.01], grid: [0.01, 0.03, 0.1, 0.3, 1])
    race.take(
      [[(1, 3.0), (0.1, 1.0), (0.01, 2.0)], [(1, 3.0), (0.1, 1.02), (0.01, 2.0)]], of: round)
    #expect(race.open == [0, 1] && race.lambdas == [0.3, 0.1, 0.03])
    race.take(
      [[(0.3, 1.1), (0.1, 1.0), (0.03, 1.2)], [(0.3, 0.9), (0.1, 1.02), (0.03, 1.2)]], of: round)
    #expect(race.errors == [1.0, 0.9])
    let grid = SelectionGrid()
    #expect(grid.decade(around: 1e-6) == [grid.lambdas[2], grid.lambdas[0], 1e-6 / 10])
    #expect(grid.decade(around: grid.lambdas[4]) == [6, 4, 2].map { grid.lambdas[$0] })
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

  // MARK: - Fold by fold

  /// A tally of one neuron by ridge and leak, squared errors over a persistence of 1.
  private func tally(_ errors: [[Double]]) -> Tally {
    var tally = Tally(alphas: errors[0].count, lambdas: errors.count)
    for (row, own) in errors.enumerated() {
      tally.add(
        own.map {
          NeuronScore(
            mse: $0, persistence: 1, variance: 1, magnitude: $0.squareRoot(),
            persistenceMagnitude: 1)
        }, row: row)
    }
    return tally
  }

  /// What is clearly behind on the folds so far is not tried on the next; it keeps its distance
  /// to the best of those folds.
  @Test func whatFallsBehindIsGivenUp() throws {
    let trial = SearchMemory.Trial(
      losses: [.crossEntropy], alphas: [0.1, 0.2, 0.3], lambdas: [1, 0.1], round: round,
      targets: .clamped)
    var race = FoldRace(trial, by: .squares)
    race.take([tally([[0.5, 0.6, 0.9], [0.7, 0.8, 1]])], tried: 2)
    race.retire()
    // Within 1.3 of 0.5: two leaks at the first ridge.
    #expect(race.open.alphas == [0.1, 0.2] && race.open.lambdas == [1])
    // The second fold has another best.
    race.take([tally([[0.9, 0.4]])], tried: 1)
    race.retire()
    #expect(race.open.alphas == [0.2])
    race.take([tally([[0.5]])], tried: 1)
    let found = try #require(race.findings.first).candidates
    func error(_ alpha: Double, _ lambda: Double) -> Double {
      found.first { $0.alpha == alpha && $0.lambda == lambda }?.error ?? .nan
    }
    #expect(found.count == 6)
    #expect(abs(error(0.2, 1) - 0.5) < 1e-15)
    // 1.4 of 1.0 on two folds, and 0.9 of 0.5 on the first.
    #expect(abs(error(0.1, 1) - 0.5 * 1.4) < 1e-15)
    #expect(abs(error(0.3, 1) - 0.5 * 0.9 / 0.5) < 1e-15)
  }

  /// Losses are judged by absolute errors, ridges that were not reached are not found.
  @Test func lossesFallBehindToo() {
    let trial = SearchMemory.Trial(
      losses: [.crossEntropy, .clipped(k: 0, threshold: 0.2)], alphas: [0.1],
      lambdas: [1, 0.1, 0.01], round: round, targets: .clamped)
    var race = FoldRace(trial, by: .magnitudes)
    // Magnitudes 1 and 0.9, 1.2 and 1.3.
    race.take([tally([[1], [0.81], [9]]), tally([[1.44], [1.69], [9]])], tried: 2)
    race.retire()
    #expect(race.open.losses == [.crossEntropy] && race.open.lambdas == [1, 0.1])
    #expect(race.findings.map(\.candidates.count) == [2, 2])
  }

  @Test func aRaceOfWhatDivergesEnds() {
    let trial = SearchMemory.Trial(
      losses: [.crossEntropy], alphas: [0.1], lambdas: [1], round: round, targets: .clamped)
    var race = FoldRace(trial, by: .squares)
    race.take([tally([[.nan]])], tried: 1)
    race.retire()
    #expect(race.open == trial)
    #expect(race.findings[0].candidates[0].error == .infinity)
  }
}

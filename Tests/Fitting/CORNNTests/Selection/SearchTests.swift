import Collectives
import Foundation
import LinearAlgebra
import Testing

@testable import CORNN

/// What a search makes of errors that are not numbers: they never win.
@Suite struct SearchTests {
  private func score(_ mse: Double, persistence: Double = 1) -> NeuronScore {
    NeuronScore(
      mse: mse, persistence: persistence, variance: 1, magnitude: mse.squareRoot(),
      persistenceMagnitude: persistence.squareRoot())
  }

  @Test func aTallyIsTheMeanOverNeuronsAndFolds() throws {
    var tally = Tally(alphas: 2, lambdas: 1)
    // Two neurons, each under both leaks.
    tally.add([score(0.2), score(0.4), score(0.6), score(0.8, persistence: 1)], row: 0)
    var fold = Tally(alphas: 2, lambdas: 1)
    fold.add([score(1), score(0), score(0.2), score(0.8)], row: 0)
    tally.add(fold, rows: [0], columns: [0, 1])
    #expect(abs(tally.relativeError(0, 0) - 2.0 / 4) < 1e-15)
    #expect(abs(tally.relativeError(0, 1) - 2.0 / 4) < 1e-15)
  }

  /// One that diverges everywhere has no errors at all, which is not an error of zero; one
  /// that diverges on one neuron of one fold lacks one.
  @Test(arguments: [Double.nan, .infinity]) func whatDivergesNeverWins(bad: Double) throws {
    var tally = Tally(alphas: 3, lambdas: 1)
    tally.add([score(bad), score(0.9), score(0.1)], row: 0)
    tally.add([score(bad), score(0.9), score(bad)], row: 0)
    let errors = (0..<3).map { tally.relativeError(0, $0) }
    #expect(errors == [.infinity, 0.9, .infinity])
    #expect((0..<3).map { tally.relativeMagnitude(0, $0) }.placeOfLeast == 1)
    // Through a checkpoint too.
    let kept = try JSONDecoder().decode(Tally.self, from: JSONEncoder().encode(tally))
    #expect(kept.relativeError(0, 0) == .infinity && kept.relativeError(0, 1) == 0.9)
  }

  /// A neuron with nothing to predict in a fold is lacked by every candidate alike.
  @Test func whatIsMissingForAllCostsNobody() {
    var tally = Tally(alphas: 2, lambdas: 1)
    tally.add([score(.nan, persistence: .nan), score(.nan, persistence: .nan)], row: 0)
    tally.add([score(0.5), score(0.25)], row: 0)
    #expect(tally.relativeError(0, 0) == 0.5 && tally.relativeError(0, 1) == 0.25)
  }

  @Test func aDescentGoesOnPastWhatIsNoNumber() {
    var descent = Descent()
    let errors: [[Double]] = [[.nan, .infinity], [.nan, 0.5], [.nan], [.infinity], [.infinity]]
    let isOver = errors.map { descent.isOver(after: $0) }
    #expect(isOver == [false, false, false, false, true])
  }

  @Test func aLeakThatDivergesIsNoCandidate() {
    let alphas = [0.05, 0.1, 0.2]
    let errors = [[0.5, .nan, 0.5], [1, 1.1, 1], [0.6, 0.7, 0.6]]
    #expect(FitProblem<Double>.nearestGoodLeak(alphas, errors, common: 0.1) == 0.2)
    // A fold without anything to predict counts for none of them.
    let silent = [[0.5, .nan, 0.5], [1, .nan, 1], [0.6, .nan, 0.6]]
    #expect(FitProblem<Double>.nearestGoodLeak(alphas, silent, common: 0.1) == 0.05)
    let none = [[Double.nan], [.nan], [.nan]]
    #expect(FitProblem<Double>.nearestGoodLeak(alphas, none, common: 0.1) == 0.1)
  }

  // MARK: - The walk through the grid

  private func walk(
    _ grid: SelectionGrid, stoppingBelow least: Double = 0,
    _ error: (_ alpha: Double, _ lambda: Double) -> Double
  ) -> (best: Selection.Candidate?, tried: [Selection.Candidate], visits: Int) {
    var walk = GridWalk(grid)
    var visits = 0
    while let next = walk.next() {
      visits += 1
      var found: [Selection.Candidate] = []
      for lambda in next.lambdas where lambda >= least {
        for alpha in next.alphas {
          let value = error(alpha, lambda)
          found.append(
            Selection.Candidate(alpha: alpha, lambda: lambda, error: value, magnitude: value))
        }
      }
      walk.take(found, clipped: [:])
    }
    return (walk.best, walk.tried, visits)
  }

  /// Wherever the least error lies, the neighbours of the chosen candidate were tried too.
  @Test func theNeighboursOfTheChosenOneAreTried() throws {
    let grid = SelectionGrid()
    for a in grid.alphas.indices {
      for l in grid.lambdas.indices {
        let (best, tried, visits) = walk(grid) { alpha, lambda in
          let x = Double((grid.alphas.firstIndex(of: alpha) ?? 0) - a)
          let y = Double((grid.lambdas.firstIndex(of: lambda) ?? 0) - l)
          return 1 + x * x + y * y
        }
        let chosen = try #require(best)
        #expect(chosen.alpha == grid.alphas[a] && chosen.lambda == grid.lambdas[l])
        #expect(visits <= 3 + grid.rounds.count)
        for (da, dl) in [(-1, 0), (1, 0), (0, -1), (0, 1)]
        where grid.alphas.indices.contains(a + da) && grid.lambdas.indices.contains(l + dl) {
          #expect(
            tried.contains {
              $0.alpha == grid.alphas[a + da] && $0.lambda == grid.lambdas[l + dl]
            })
        }
      }
    }
  }

  /// A search that leaves weak ridges out ends, and so does one without a single number.
  @Test func theWalkEnds() {
    let grid = SelectionGrid()
    let cut = walk(grid, stoppingBelow: grid.lambdas[8]) { $1 }
    #expect(cut.best?.lambda == grid.lambdas[8] && cut.visits < 10)
    let hopeless = walk(grid) { _, _ in .nan }
    #expect(hopeless.best == nil && hopeless.visits == 1)
  }

  /// A NaN that comes first does not win.
  @Test func theWalkPassesOverWhatIsNoNumber() {
    let grid = SelectionGrid()
    let (best, _, _) = walk(grid) { alpha, lambda in
      alpha < 0.05 || lambda > 0.5 ? .nan : alpha + lambda
    }
    #expect(best?.alpha == 0.05 && best?.lambda == grid.lambdas[0])
  }
}

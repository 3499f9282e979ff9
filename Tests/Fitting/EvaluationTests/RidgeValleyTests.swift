import Testing

@testable import Evaluation

/// The way through the ridges of the linear model ends where all ridges on all folds would.
@Suite struct RidgeValleyTests {
  private let count = 8

  /// Walks through given errors, by fold and ridge; returns the ridge and how many were tried.
  private func walk(_ errors: [[Double]]) -> (best: Int?, tried: Int, valley: RidgeValley) {
    var valley = RidgeValley(ridges: count, folds: errors.count)
    var tried = 0
    while let fold = valley.nextFold {
      let ridges = valley.wanted(inFold: fold)
      tried += ridges.count
      valley.take(ridges.map { errors[fold][$0] }, of: ridges, inFold: fold)
    }
    return (valley.best, tried, valley)
  }

  private func exhaustive(_ errors: [[Double]]) -> Int {
    let sums = (0..<count).map { i in errors.reduce(0) { $0 + $1[i] } }
    return sums.indices.min { sums[$0] < sums[$1] } ?? -1
  }

  /// Valleys whose folds disagree by up to two ridges, of many shapes.
  @Test func theBestOfAllIsFound() {
    var uniform = Uniform(seed: 5)
    for trial in 0..<500 {
      let centre = 3.5 + 5 * uniform.next()
      let (left, right) = (1.5 + uniform.next(), 1.5 + uniform.next())
      let errors = (0..<4).map { _ in
        let own = centre + uniform.next()
        return (0..<count).map { i in
          let x = Double(i) - own
          return 1 + (x < 0 ? left : right) * x * x / 50
        }
      }
      let (best, tried, valley) = walk(errors)
      #expect(best == exhaustive(errors), "trial \(trial)")
      #expect(tried <= 24)
      // The neighbours, from which the place between ridges follows, are known on all folds.
      for i in [(best ?? 0) - 1, (best ?? 0) + 1] where (0..<count).contains(i) {
        #expect(abs(valley.sums[i] - errors.reduce(0) { $0 + $1[i] }) < 1e-12)
      }
    }
  }

  /// Weak ridges without a factor are passed over; where there is no number there is no choice.
  @Test func whatHasNoFactorNeverWins() {
    let fold = [Double.infinity, .infinity, 3, 2, 1.5, 2, 3, 4]
    #expect(walk([fold, fold, fold, fold]).best == 4)
    let none = [Double](repeating: .infinity, count: count)
    #expect(walk([none, none, none, none]).best == nil)
  }
}

import Collectives
import Runtime
import SOFO
import Tasks
import Testing
import Training

/// How methods are tuned and put side by side.
@Suite struct ComparisonTests {
  /// Runs a search to its end on a loss that is known everywhere.
  func searched(_ search: PatternSearch, most: Int = 100, _ loss: (TunedPoint) -> Double)
    -> [(point: TunedPoint, loss: Double)]
  {
    var tried: [(point: TunedPoint, loss: Double)] = []
    while tried.count < most, let point = search.next(after: tried) {
      tried.append((point, loss(point)))
    }
    return tried
  }

  @Test func theSearchFindsABowlsFloor() {
    let tried = searched(PatternSearch(tunesDamping: true)) { point in
      let (x, y) = (Double(point.rate + 5), Double(point.damping - 3))
      return x * x + 2 * y * y
    }
    #expect(tried.first?.point == TunedPoint())
    #expect(PatternSearch.best(of: tried) == TunedPoint(rate: -5, damping: 3))
    #expect(Set(tried.map(\.point)).count == tried.count && tried.count < 25)
  }

  /// Three runs have seen both sides; a rate that diverges is no place to go on from.
  @Test func theSearchLooksAtBothSides() {
    let search = PatternSearch(tunesDamping: false)
    let tried = searched(search, most: 4) { $0.rate > 0 ? .nan : 1 - 0.1 * Double($0.rate) }
    #expect(tried.map(\.point.rate) == [0, 2, -2, 1])
    #expect(PatternSearch.best(of: tried) == TunedPoint())
    let falling = searched(search, most: 5) { Double($0.rate) }
    #expect(falling.map(\.point.rate) == [0, 2, -2, -4, -6])
    #expect(falling.allSatisfy { $0.point.damping == 0 })
  }

  @Test func pointsAreFactorsOfTheUsualSettings() throws {
    var settings = Trainer.Settings()
    settings.subspace.learningRate = 0.2
    settings.subspace.damping = 1e-4
    let tuned = settings.tuned(to: TunedPoint(rate: 2, damping: -2)).tunedSettings
    #expect(abs(tuned.rate - 0.2 * 10.0.squareRoot()) < 1e-12)
    #expect(abs(try #require(tuned.damping) - 1e-5) < 1e-15)
    #expect(settings.tuned(to: TunedPoint(damping: 12)).tunedSettings.damping == 1)
    #expect(settings.search.next(after: [(TunedPoint(), 1)]) == TunedPoint(rate: 2))
    settings.method = .muon
    #expect(
      settings.tuned(to: TunedPoint(rate: -4)).tunedSettings
        == TunedSettings(
          rate: settings.learningRate / 10, damping: nil))
  }

  /// All of a small comparison: every method is tuned alike, nothing that counts saw the seed of
  /// the tuning, and who is first is who has the lowest median.
  @Test func aComparisonRunsToItsEnd() throws {
    let methods = [Trainer.Method.adam, .sofo]
    let search = PatternSearch(tunesDamping: false)
    var comparison = Comparison(
      methods, searches: [.adam: search, .sofo: search], seeds: [4, 5, 6], tuningRuns: 2)
    #expect(comparison.mostRuns == 10)
    while let job = comparison.next {
      var settings = Trainer.Settings()
      settings.method = job.method
      settings.batch = 8
      settings.heldOut = 8
      settings.subspace.tangents = 8
      settings.budget = TimeBudget(seconds: 0.02, evaluations: 2)
      settings.seed = job.seed
      settings.afterwards = .nothing
      let tuned = settings.tuned(to: job.point)
      let result = try Trainer.run(
        Lorenz(hidden: 6, steps: 4), tuned, on: SingleRank(), precision: Float.self,
        phases: Phases()
      ) { _ in .goOn }
      comparison.add(ComparedRun(job, tuned.tunedSettings, result))
    }
    #expect(comparison.runs.count == 10)
    #expect(comparison.runs.prefix(4).allSatisfy { $0.job.isTuning && $0.job.seed == 1_000_006 })
    for method in methods {
      #expect(comparison.tuning(of: method).count == 2)
      let counted = comparison.counted(of: method)
      #expect(counted.map(\.job.seed) == [4, 5, 6])
      #expect(counted.allSatisfy { $0.job.point == comparison.chosen(for: method) })
    }
    let standings = comparison.standings
    #expect(standings.count == 2 && standings[0].loss.median <= standings[1].loss.median)
    for standing in standings {
      let losses = comparison.counted(of: standing.method).map(\.loss).sorted()
      #expect(standing.loss.median == losses[1])
      #expect(standing.loss.range == losses[0]...losses[2] && standing.score.median.isNaN)
    }
  }
}

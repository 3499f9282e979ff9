import SOFO
import Testing

/// What is tried of the steps of an iteration, against a table of all their losses.
@Suite struct CandidateSearchTests {
  private typealias Place = CandidateSearch.Place

  /// The search through a table of losses, dampings × rates.
  private func walk(
    _ rule: DampingRule = .search, dampings: [Double] = [1e-4, 1e-3, 1e-2], before: Double = 1,
    _ loss: (Place) -> Double
  ) -> (best: Place?, lowest: Double, tried: [Place]) {
    let control = DampingControl(rule: rule, damping: 1e-3, learningRate: 1)
    var search = CandidateSearch(control, dampings: dampings, before: before)
    var tried: [Place] = []
    while true {
      let places = search.next()
      if places.isEmpty { break }
      tried += places
      for place in places { search.add(place, loss: loss(place)) }
    }
    return (search.best, search.lowest, tried)
  }

  /// The damping of the step before comes first.
  @Test func theMiddleFirst() {
    let found = walk { _ in 0.5 }
    #expect(found.tried.prefix(6).map(\.damping) == [1, 1, 1, 1, 1, 1])
    #expect(found.best == Place(damping: 1, rate: 0))
  }

  /// All places are tried, each once, and the best is taken, wherever it is.
  @Test func theBestOfAll() {
    let only = Place(damping: 2, rate: 0)
    let found = walk { $0 == only ? 0.9 : 2 }
    #expect(found.best == only && Set(found.tried).count == 18 && found.tried.count == 18)
    let none = walk { _ in 1 }
    #expect(none.best == nil && none.lowest == 1 && none.tried.count == 18)
  }

  @Test(arguments: [DampingRule.relative, .adaptive]) func theFirstThatIsLower(rule: DampingRule) {
    let found = walk(rule, dampings: [1e-3], before: 2.5) { [3, 2, 1, 0.5][$0.rate] }
    #expect(found.best == (rule == .relative ? Place(damping: 0, rate: 1) : nil))
    #expect(found.tried.map(\.rate) == (rule == .relative ? [0, 1] : [0]))
  }

  /// Nothing is better than a loss that is no number.
  @Test(arguments: DampingRule.allCases) func aLossThatIsNoNumberNeverWins(rule: DampingRule) {
    for loss in [Double.nan, .infinity, -.infinity] {
      #expect(walk(rule) { _ in loss }.best == nil)
    }
    #expect(walk { $0.rate == 2 ? 0.5 : .nan }.best?.rate == 2)
  }

  /// A limit of the damping, and solutions that failed, leave fewer dampings.
  @Test func fewDampings() {
    #expect(walk(dampings: [1e-3, 1e-2]) { $0.damping == 0 ? 0.5 : 0.4 }.best?.damping == 1)
    #expect(walk(dampings: [1e-2]) { _ in 0.5 }.best == Place(damping: 0, rate: 0))
    #expect(walk(dampings: []) { _ in 0.5 }.tried.isEmpty)
  }
}

import Evaluation
import Testing

@testable import ganglion

/// What is said of responses before anybody has measured them.
@Suite struct ExpectationTests {
  private let quality = ExpectedQuality.nearest(frames: 900, neurons: 100, ahead: 8)

  @Test func theNearestSimulation() {
    #expect(quality.framesPerNeuron == 8 && quality.ahead == 10)
    #expect(ExpectedQuality.nearest(frames: 1_000_000, neurons: 10, ahead: 1).framesPerNeuron == 24)
  }

  /// However many frames there are, a correlation of 1 is what nothing in the way would give.
  @Test(arguments: [200, 900, 100_000]) func theBestIsNotWhatIsExpected(frames: Int) {
    let quality = ExpectedQuality.nearest(frames: frames, neurons: 100, ahead: 10)
    #expect(quality.range.contains(quality.correlation) && quality.correlation < quality.best)
    #expect(quality.text.contains("; at best, with little noise,"))
  }

  /// A network that does not beat its yardsticks foresees nothing.
  @Test func nothingOfANetworkThatIsNoBetter() {
    func expectation(_ model: Double, mean: Double = 2) -> ResponseExpectation {
      ResponseExpectation(
        quality, of: Verdict(model: model, persistence: 1, linear: .nan, mean: mean))
    }
    #expect(expectation(0.5).quality == quality)
    #expect(expectation(1).quality == nil && expectation(0.8, mean: 0.7).quality == nil)
    #expect(expectation(1.2).text.hasPrefix("warning: expect nothing of these"))
    #expect(ResponseExpectation(quality, of: nil).quality == quality)
  }
}

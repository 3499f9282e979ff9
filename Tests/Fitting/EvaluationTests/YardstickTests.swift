import Collectives
import Evaluation
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// What a network is held against, and what that is called.
@Suite struct YardstickTests {
  /// Rates of two neurons of which the numbers below are known by hand.
  private static let rates: [[Double]] = [
    [0.1, 0.3, 0.2, 0.4, 0.5, 0.1, 0.3],
    [0.0, 0.2, 0.4, 0.2, 0.0, 0.2, 0.4],
  ]

  @Test func theMeanOfTheFittedFramesIsAPredictor() throws {
    let observed = try observe(Matrix(Self.rates), fitted: 4)
    // Held out are frames 4, 5 and 6: transitions into 5 and 6.
    let errors = observed.meanErrors()
    #expect(abs(errors[0] - (0.15 * 0.15 + 0.05 * 0.05) / 2) < 1e-15)
    #expect(abs(errors[1] - (0 + 0.2 * 0.2) / 2) < 1e-15)
    let none = try heldOutErrors(
      of: Persistence<Double>(local: 0..<2), on: observed, group: SingleRank())
    #expect(abs(none[0] - (0.4 * 0.4 + 0.2 * 0.2) / 2) < 1e-15)
  }

  @Test func freeRunsAreHeldAgainstTheMean() throws {
    var uniform = Uniform(seed: 3)
    let rates = Matrix((0..<3).map { _ in (0..<60).map { _ in 0.3 * uniform.next() } })
    let observed = try observe(rates, fitted: 40)
    let linear = try LinearModel(of: observed, group: SingleRank())
    let zero = network([[0, 0, 0], [0, 0, 0], [0, 0, 0]], alpha: 0.5)
    let rollout = try #require(
      try RolloutScores(
        of: zero, against: linear, on: observed, starts: 4, horizon: 5, group: SingleRank()))
    for ahead in 1...5 {
      var sum = 0.0
      for i in 0..<3 {
        let mean = (0..<40).reduce(0) { $0 + rates[i, $1] } / 40
        for start in rollout.starts { sum += pow(rates[i, start + ahead] - mean, 2) }
      }
      #expect(abs(rollout.mean[ahead - 1] - sum / Double(3 * rollout.starts.count)) < 1e-14)
    }
  }

  /// Missing in most of the held-out frames: not scored, and nobody else's loss.
  @Test(arguments: [[4, 5, 6], [5, 6]]) func aNeuronThatGoesMissing(frames: [Int]) throws {
    var rates = Matrix(Self.rates)
    for t in frames { rates[1, t] = .nan }
    let observed = try observe(rates, fitted: 4)
    #expect(observed.isScored == [true, false])
    #expect(observed.transitions(in: observed.heldOutFrames) == [4, 5])
    #expect(abs(observed.rates.matrix[1, 5] - 0.2) < 1e-15)
    let errors = observed.meanErrors()
    #expect(abs(errors[0] - 0.0125) < 1e-15 && errors[1].isNaN)
    // Now and then missing is what it was: the transitions from there are left out.
    rates = Matrix(Self.rates)
    rates[1, 5] = .nan
    let patchy = try observe(rates, fitted: 4)
    #expect(patchy.isScored == [true, true])
    #expect(patchy.transitions(in: patchy.heldOutFrames) == [4])
  }

  /// A recording in which a neuron is missing altogether still scores the others.
  @Test func aNeuronThatIsNotThereAtAll() throws {
    var rates = Matrix(Self.rates)
    for t in 0..<7 { rates[1, t] = .nan }
    let observed = try observe(rates, fitted: 4)
    #expect(observed.transitions(in: 0..<7).count == 6)
    let model = try LinearModel(of: observed, group: SingleRank())
    #expect(model.ridge.isFinite)
    #expect(try heldOutErrors(of: model, on: observed, group: SingleRank())[0].isFinite)
  }

  // MARK: - Words

  private func finding(
    _ model: Double, _ persistence: Double, _ linear: Double, _ mean: Double
  ) -> Verdict.Finding {
    Verdict(model: model, persistence: persistence, linear: linear, mean: mean).finding
  }

  @Test func verdicts() {
    #expect(finding(0.5, 1, 0.6, 2) == .best)
    #expect(finding(0.5, 1, .nan, .nan) == .best)
    #expect(finding(0.5, 1, 0.4, 2) == .notBetterThanLinear)
    // A difference that repetition would not show is none.
    #expect(finding(0.784, 1, 0.782, 2) == .best)
    #expect(
      Verdict(model: 0.784, persistence: 1, linear: 0.782, mean: 2).sentence.hasSuffix(
        "mean, and as well as a linear model (error / persistence 0.784 against 0.782)."))
    #expect(finding(0.5, 1, 0.4, 0.45) == .notBetterThanMean)
    #expect(finding(1, 1, 0.4, 0.45) == .notBetterThanPersistence)
    #expect(finding(.nan, 1, 0.4, 0.45) == .notBetterThanPersistence)
    #expect(finding(.infinity, 1, .nan, .nan) == .notBetterThanPersistence)
    #expect(finding(0, 0, 0, 0) == .notBetterThanPersistence)
    #expect(finding(0.5, .nan, 0.4, 0.4) == .none)
    let linear = Verdict(model: 0.8234, persistence: 1, linear: 0.5, mean: 2)
    #expect(linear.sentence.contains("(error / persistence 0.823 against 0.5)"))
    #expect(linear.sentence.contains("try --alpha per-neuron and --self-connections"))
    #expect(linear.text.hasPrefix("warning: A linear model predicts"))
    let best = Verdict(model: 0.5, persistence: 1, linear: 0.6, mean: .nan)
    #expect(best.text.hasSuffix("better than persistence and a linear model."))
  }

  /// Sums are over the scored neurons; one on which the network diverged is not left out.
  @Test func totals() {
    let nan = Double.nan
    let totals = ScoreTotals(
      mse: [1, nan, 2], persistence: [2, nan, 3], linear: [1, nan, 1], mean: [])
    #expect(totals.scored == 2 && totals.model == 3 && totals.persistence == 5)
    #expect(totals.linear == 2 && totals.mean.isNaN && totals.worseThanMean == 0)
    let flat = ScoreTotals(
      mse: [1, nan, 2, nan], persistence: [2, nan, 3, 1], linear: [], mean: [0.9, 5, 3, 1])
    #expect(flat.scored == 3 && flat.worseThanMean == 2)
    let diverged = ScoreTotals(mse: [1, nan], persistence: [2, 3], linear: [], mean: [])
    #expect(diverged.verdict.finding == .notBetterThanPersistence)
    #expect(
      ScoreTotals(mse: [nan], persistence: [nan], linear: [], mean: []).verdict.finding == .none)
  }
}

import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

/// Frames as they come, against dense solvers of the transitions that they make.
@Suite struct LiveFollowerTests {
  private static let neurons = 7
  private static let alpha = 0.2
  private static let ridge = 0.3

  private static func rule(_ alpha: Double) -> TargetRule { Configuration().targets(alpha: alpha) }

  private static func fit(_ form: Configuration.Form, window: Int) -> LiveFit {
    LiveFit(
      LiveProblem(
        neurons: neurons, others: 1, local: 0..<neurons, window: window, ridge: ridge,
        loss: .crossEntropy, selfConnections: false, hasRival: true),
      alpha: Array(repeating: alpha, count: neurons), form: form)
  }

  private static func follower(
    _ form: Configuration.Form, window: Int, horizon: Int = 3, cutAfter: Int? = nil
  ) -> LiveFollower {
    LiveFollower(
      fit(form, window: window), isFitted: Array(repeating: true, count: neurons), bias: true,
      horizon: horizon, cutAfter: cutAfter, rule: rule)
  }

  private static func frames(_ count: Int, seed: UInt64) throws -> [[Double]] {
    let synthetic = try Synthetic(neurons: neurons, frames: count, seed: seed)
    return (0..<count).map { t in (0..<neurons).map { synthetic.rates[$0, t] } }
  }

  private static func target(_ now: Double, _ next: Double) -> Double {
    max(-1 + 1e-6, min(1 - 1e-6, (next - (1 - alpha) * now) / alpha))
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func gapsAndMissingValuesMakeNoTransition(_ form: Configuration.Form) throws {
    let rates = try Self.frames(60, seed: 21)
    let follower = Self.follower(form, window: 80)
    var x: [[Double]] = []
    var d: [[Double]] = []
    var expected: [Double] = []
    for t in rates.indices {
      var seen = rates[t]
      if t == 30 { seen[2] = .nan }
      try follower.take(
        LiveFrame(rates: seen, inputs: [], follows: t != 0 && t != 20), group: SingleRank())
      // What the fit should have made of it: the forecast stands in for what is missing.
      let filled = t == 30 ? seen.indices.map { $0 == 2 ? expected[2] : seen[$0] } : seen
      x.append(filled + [1])
      if t > 0 { d.append(rates[t].indices.map { Self.target(rates[t - 1][$0], rates[t][$0]) }) }
      expected = try follower.forecast(frames: 1, group: SingleRank())[0]
      try follower.forecastOfRival(group: SingleRank())
    }
    #expect(follower.fit.transitions == 58)
    follower.fit.settle(tolerance: 1e-11, iterations: 2000)
    for i in [0, 2, 6] {
      let used = (0..<59).filter { $0 != 19 && !(i == 2 && ($0 == 29 || $0 == 30)) }
      let dense = try DenseNewton(
        x: used.map { x[$0] }, d: used.map { d[$0][i] }, ridge: Self.ridge, loss: .crossEntropy,
        forbidden: [i])
      #expect(relativeError(follower.fit.weights(ofRow: i), dense.weights) < 1e-7)
    }
  }

  /// Each score is of a forecast that was handed out before, of frames that follow each other.
  @Test func scoresAreOfForecastsThatWereMade() throws {
    let rates = try Self.frames(50, seed: 23)
    let follower = Self.follower(.dual, window: 20)
    var made: [[[Double]]] = []
    for t in rates.indices {
      try follower.take(
        LiveFrame(rates: rates[t], inputs: [], follows: t != 0 && t != 25), group: SingleRank())
      made.append(try follower.forecast(frames: 3, group: SingleRank()))
    }
    for (lead, ratio) in [(1, follower.scores.next), (3, follower.scores.last)] {
      var error = 0.0
      var persistence = 0.0
      var count = 0
      for t in lead..<50 where t < 25 || t - lead >= 25 {
        for i in 0..<Self.neurons {
          error += pow(made[t - lead][lead - 1][i] - rates[t][i], 2)
          persistence += pow(rates[t - lead][i] - rates[t][i], 2)
        }
        count += 1
      }
      #expect(ratio.frames == count)
      #expect(abs(ratio.error - error) < 1e-12 * error)
      #expect(abs(ratio.persistence - persistence) < 1e-12 * persistence)
    }
    let scores = follower.neuronScores
    let mse = scores.mse.reduce(0, +) * Double(follower.scores.next.frames)
    #expect(abs(mse - follower.scores.next.error) < 1e-12 * mse)
  }

  /// A neuron that was left out counts as zero until it is admitted, and its targets as missing.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func aNeuronThatComesLaterIsFitted(_ form: Configuration.Form) throws {
    let rates = try Self.frames(71, seed: 22)
    let (late, admitted) = (3, 25)
    let fit = LiveFit(
      Self.fit(form, window: 60).problem, alpha: Array(repeating: Self.alpha, count: Self.neurons),
      fitted: (0..<Self.neurons).filter { $0 != late }, form: form)
    let follower = LiveFollower(
      fit, isFitted: (0..<Self.neurons).map { $0 != late }, bias: true, horizon: 2, rule: Self.rule)
    for t in rates.indices {
      if t == admitted { follower.admit(late) }
      try follower.take(
        LiveFrame(rates: rates[t], inputs: [], follows: t != 0), group: SingleRank())
      let forecast = try follower.forecast(frames: 2, group: SingleRank())
      #expect((forecast[0][late] == 0) == (t < admitted), "frame \(t)")
    }
    fit.settle(tolerance: 1e-11, iterations: 2000)
    let seen = Array(10..<70)
    let x = rates.indices.map { t in
      var now = rates[t]
      if t < admitted { now[late] = 0 }
      return now + [1]
    }
    for i in [0, late, 6] {
      let used = i == late ? seen.filter { $0 >= admitted } : seen
      let dense = try DenseNewton(
        x: used.map { x[$0] }, d: used.map { Self.target(rates[$0][i], rates[$0 + 1][i]) },
        ridge: Self.ridge, loss: .crossEntropy, forbidden: [i])
      #expect(relativeError(fit.weights(ofRow: i), dense.weights) < 1e-7)
    }
    #expect(fit.fitted == Array(0..<Self.neurons))
  }

  /// One frame ahead it is scored on the same frames as the network, whether or not there was
  /// time to let it forecast.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func theRivalIsScoredOnTheSameFrames(_ form: Configuration.Form) throws {
    let rates = try Self.frames(50, seed: 24)
    let follower = Self.follower(form, window: 20)
    var sums = (error: 0.0, persistence: 0.0)
    var expected: [Double]?
    for t in rates.indices {
      let follows = t != 0 && t != 25
      try follower.take(
        LiveFrame(rates: rates[t], inputs: [], follows: follows), group: SingleRank())
      if follows, let expected {
        for i in 0..<Self.neurons {
          sums.error += pow(expected[i] - rates[t][i], 2)
          sums.persistence += pow(rates[t - 1][i] - rates[t][i], 2)
        }
      }
      expected = try follower.fit.rivalForecast(
        from: rates[t] + [1], horizon: 1, group: SingleRank())[0]
      _ = try follower.forecast(frames: 1, group: SingleRank())
    }
    let (network, rival) = (follower.scores.next, follower.scores.rivalNext)
    #expect(rival.frames == 48 && network.frames == 48)
    #expect(abs(rival.error - sums.error) < 1e-10 * sums.error)
    #expect(abs(rival.persistence - sums.persistence) < 1e-10 * sums.persistence)
    #expect(abs(network.persistence - sums.persistence) < 1e-10 * sums.persistence)
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func theRivalIsTheRidgeRegressionOfIncrements(_ form: Configuration.Form) throws {
    let rates = try Self.frames(61, seed: 25)
    let follower = Self.follower(form, window: 30)
    for t in rates.indices {
      try follower.take(
        LiveFrame(rates: rates[t], inputs: [], follows: t != 0), group: SingleRank())
    }
    let latest = Array(30..<60)
    let forecast = try follower.fit.rivalForecast(
      from: rates[60] + [1], horizon: 2, group: SingleRank())
    var now = rates[60]
    for frame in forecast {
      now = try now.indices.map { i in
        // No column is left out: one of zeros stands for it.
        let weights = try ridgeRegression(
          latest.map { rates[$0] + [1, 0] }, latest.map { rates[$0 + 1][i] - rates[$0][i] },
          ridge: Self.ridge, without: Self.neurons + 1)
        return now[i] + zip(weights, now + [1]).reduce(0) { $0 + $1.0 * $1.1 }
      }
      #expect(relativeError(frame, now) < 1e-9)
    }
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func aCutLeavesTheLatestTransitions(_ form: Configuration.Form) throws {
    let rates = try Self.frames(61, seed: 27)
    let fit = Self.follower(form, window: 40)
    for t in rates.indices {
      try fit.take(LiveFrame(rates: rates[t], inputs: [], follows: t != 0), group: SingleRank())
      if t == 50 { try fit.fit.cut(keeping: 12, tolerance: 1e-9, iterations: 500) }
    }
    fit.fit.settle(tolerance: 1e-11, iterations: 2000)
    let seen = Array(38..<60)
    let dense = try DenseNewton(
      x: seen.map { rates[$0] + [1] }, d: seen.map { Self.target(rates[$0][1], rates[$0 + 1][1]) },
      ridge: Self.ridge, loss: .crossEntropy, forbidden: [1])
    #expect(relativeError(fit.fit.weights(ofRow: 1), dense.weights) < 1e-7)
  }

  /// From a recording at once, and by the same frames one by one; and as a fit of the program.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func beginsWithTheLatestTransitions(_ form: Configuration.Form) throws {
    let synthetic = try Synthetic(neurons: Self.neurons, frames: 70, seed: 29)
    let problem = try FitProblem(
      synthetic.recording(), bias: true, group: SingleRank(), phases: Phases())
    let fit = Self.fit(form, window: 40)
    try fit.begin(with: problem, rule: Self.rule, tolerance: 1e-11, iterations: 2000)
    let follower = LiveFollower(
      fit, isFitted: Array(repeating: true, count: Self.neurons), bias: true, horizon: 1,
      rule: Self.rule)
    let written = try fit.network(
      inputScale: [], scores: follower.neuronScores, scored: 5, tolerance: 1e-4,
      group: SingleRank())
    let weights = allWeights(written)
    let seen = Array(29..<69)
    for i in [0, 6] {
      let rates = (0..<70).map { synthetic.rates[i, $0] }
      let dense = try DenseNewton(
        x: seen.map { t in (0..<Self.neurons).map { synthetic.rates[$0, t] } + [1] },
        d: seen.map { Self.target(rates[$0], rates[$0 + 1]) }, ridge: Self.ridge,
        loss: .crossEntropy, forbidden: [i])
      #expect(relativeError(fit.weights(ofRow: i), dense.weights) < 1e-7)
      #expect(relativeError(weights[i], dense.weights) < 1e-7)
      #expect(weights[i][i] == 0)
    }
    #expect(written.transitions.count == 40 && written.heldOutTransitions.count == 5)
    #expect(written.diagnostics.outcome.allSatisfy { $0 == .converged })
  }

  /// Each sweep refines every neuron once, whatever the ranks.
  @Test func aSweepReachesEveryNeuron() throws {
    let count = 21
    let whole = LiveFit(
      LiveProblem(
        neurons: count, others: 0, local: 0..<count, window: 10, ridge: 1, loss: .crossEntropy,
        selfConnections: false), alpha: Array(repeating: 0.5, count: count))
    #expect(whole.parts == 3)
    for k in 1...7 {
      whole.sweep(1)
      #expect(whole.sweeps == k / 3)
    }
    whole.sweep(5)
    #expect(whole.sweeps == 4)
  }
}

@Suite struct ChangeAlarmTests {
  @Test func firesOnceAfterAChange() {
    var alarm = ChangeAlarm()
    var state: UInt64 = 5
    var fired: [Int] = []
    for t in 0..<1200 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = Double(state >> 40) / Double(1 << 24) - 0.5
      let error = (t < 700 ? 0.9 : 1.4) + 0.2 * noise
      if alarm.note(error: error, persistence: 1) { fired.append(t) }
    }
    #expect(fired.count == 1 && (700..<720).contains(fired.first ?? 0), "\(fired)")
    #expect(alarm.count == 1)
  }

  @Test func aFewFramesSayNothing() {
    var alarm = ChangeAlarm()
    for t in 0..<150 {
      let fires = alarm.note(error: t < 140 ? 1 : 100, persistence: 1)
      #expect(!fires)
    }
  }
}

import Collectives
import Evaluation
import Foundation
import LinearAlgebra
import Networks
import TestSupport
import Testing

/// What is said of a fitted network against the one that was recorded.
@Suite struct TeacherTests {
  /// Rates around the nine fixed points of two switches of weight 2.
  private func switches() -> Matrix<Double> {
    var rates = Matrix<Double>(rows: 2, columns: 10)
    for k in 0..<9 {
      rates[0, k] = 0.8 * Double(k / 3 - 1) + 0.03
      rates[1, k] = 0.8 * Double(k % 3 - 1) - 0.02
    }
    return rates
  }

  private func points(_ weights: [[Double]]) throws -> (FixedPoints, Double) {
    let observed = try observe(switches(), fitted: 10)
    let points = try FixedPoints(
      of: network(weights, alpha: 0.1), on: observed, starts: 100, threads: 2,
      group: SingleRank())
    return (points, try observed.spread(over: SingleRank()))
  }

  /// Two switches have four stable points, four saddles, and the origin.
  @Test func aNetworkMatchesItself() throws {
    let (found, spread) = try points([[2, 0], [0, 2]])
    let match = FixedPointMatch(found.points, with: found.points, spread: spread)
    #expect(match.pairs.count == 9 && match.pairs.allSatisfy { $0.distance == 0 })
    #expect(match.pairs.allSatisfy { $0.teacher == $0.fitted })
    #expect(match.teacher == match.fitted)
    #expect(match.teacher.stable == 4 && match.teacher.simpleSaddles == 4)
    #expect(match.teacher.others == 1)
    #expect(match.stableFound == 4 && match.saddlesFound == 5)
  }

  /// Other switches have their points elsewhere, by the solutions of x = tanh(w x).
  @Test func distancesAreThoseOfTheRoots() throws {
    func root(_ w: Double) -> Double {
      (0..<500).reduce(0.9) { x, _ in tanh(w * x) }
    }
    let (teacher, spread) = try points([[2, 0], [0, 2]])
    let (fitted, _) = try points([[3, 0], [0, 3]])
    let match = FixedPointMatch(teacher.points, with: fitted.points, spread: spread)
    let shift = root(3) - root(2)
    // The spread by its definition.
    let rates = switches()
    let variance = (0..<2).reduce(0.0) { sum, i in
      let values = (0..<10).map { rates[i, $0] }
      let mean = values.reduce(0, +) / 10
      return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 10
    }
    #expect(abs(spread - variance.squareRoot()) < 1e-12)
    #expect(match.pairs.count == 9)
    for pair in match.pairs {
      let moved = teacher.points[pair.teacher].state.count { abs($0) > 0.5 }
      let expected = Double(moved).squareRoot() * shift / spread
      #expect(abs(pair.distance - expected) < 1e-7)
    }
  }

  /// The second switch alone has three states, and each point keeps both of its eigenvalues.
  @Test func pointsByTheNeuronsThatAreSeen() throws {
    let (found, _) = try points([[2, 0], [0, 2]])
    let seen = found.seen(by: [1])
    #expect(seen.points.count == 9)
    for (part, whole) in zip(seen.points, found.points) {
      #expect(part.state == [whole.state[1]])
      #expect(part.eigenvalues.count == 2 && part.unstable == whole.unstable)
    }
  }

  /// A point is given away once, to the nearest.
  @Test func pairsAreOneToOne() throws {
    let (found, spread) = try points([[2, 0], [0, 2]])
    let few = Array(found.points.prefix(2))
    let match = FixedPointMatch(found.points, with: few, spread: spread)
    #expect(match.pairs.map(\.teacher) == [0, 1] && match.pairs.map(\.fitted) == [0, 1])
    #expect(match.fitted.stable == 2 && match.stableFound == 2 && match.saddlesFound == 0)
  }

  /// Currents that leak, by the recursion in x.
  @Test func aTeacherOfLeakingCurrents() throws {
    let weights = [[0.3, -1.2], [1.1, 0.4]]
    let alpha = 0.2
    var x = [0.7, -0.4]
    var rates = Matrix<Double>(rows: 2, columns: 30)
    for t in 0..<30 {
      let r = x.map { tanh($0) }
      for i in 0..<2 { rates[i, t] = r[i] }
      x = (0..<2).map { i in
        (1 - alpha) * x[i] + alpha * (weights[i][0] * r[0] + weights[i][1] * r[1])
      }
    }
    let observed = try observe(rates, fitted: 20, trialStarts: [0])
    let trials = try #require(WholeTrials(of: observed, in: 0..<30, most: 5))
    #expect(trials.starts == [0] && trials.steps == 29)
    let readout = Matrix<Double>([[2, -1]])
    let run = try TrialRun(
      of: TeacherNetwork(network(weights, alpha: alpha), leaksCurrents: true), on: observed,
      trials: trials, readout: readout, group: SingleRank())
    #expect(run.rates.r2 > 1 - 1e-12 && run.rates.pearson > 1 - 1e-12)
    #expect(run.readout.r2 > 1 - 1e-12)
    for t in 1..<30 {
      let expected = 2 * rates[0, t] - rates[1, t]
      #expect(abs(run.outputs[t - 1] - expected) < 1e-12)
      #expect(abs(run.recordedOutputs[t - 1] - expected) < 1e-12)
    }
    // Rates that leak by the same weights go elsewhere.
    let other = try TrialRun(
      of: TeacherNetwork(network(weights, alpha: alpha), leaksCurrents: false), on: observed,
      trials: trials, readout: readout, group: SingleRank())
    #expect(other.rates.r2 < 0.999)
  }

  /// Where every trial starts at the origin, starts at equal distances would find it alone.
  @Test func startsAreNotTheSameStepOfEveryTrial() throws {
    var rates = Matrix<Double>(rows: 2, columns: 99)
    let around = switches()
    for trial in 0..<9 {
      for t in 1..<11 { for i in 0..<2 { rates[i, 11 * trial + t] = around[i, trial] } }
    }
    let observed = try observe(
      rates, fitted: 99, trialStarts: Array(stride(from: 0, to: 99, by: 11)))
    let found = try FixedPoints(
      of: network([[2, 0], [0, 2]], alpha: 0.1), on: observed, starts: 45, threads: 1,
      group: SingleRank())
    #expect(found.points.count == 9)
  }

  /// By hand: y = 1, 2, 3 and x = 2, 2, 5 have R² = 1 − 5/2 and r = 3 / √(6 · 2).
  @Test func closenessByHand() {
    let found = TrialRun.closeness(of: [2, 2, 5], to: [1, 2, 3], outputs: 1)
    #expect(abs(found.r2 + 1.5) < 1e-12)
    #expect(abs(found.pearson - 3 / 12.0.squareRoot()) < 1e-12)
  }

  @Test func signsCountWhereTheyAreKnownAndSettled() {
    // One trial of 10 frames, a change at frame 2; from frame 8 on it counts.
    var wanted = [0.0, 0] + [Double](repeating: 1, count: 8)
    var own = [Double](repeating: 0.4, count: 10)
    own[9] = -1
    #expect(TrialRun.signsRight(of: own, wanted: wanted, outputs: 1, steps: 10) == nil)
    wanted += wanted.map { -$0 }
    own += own.map { -$0 }
    #expect(TrialRun.signsRight(of: own, wanted: wanted, outputs: 1, steps: 10) == 0.5)
  }
}

import Collectives
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Evaluation

/// What free runs are held against, and what that is called.
@Suite struct FreeRunYardstickTests {
  /// Neurons that forget at rates of their own, driven at random.
  private func recording(neurons: Int, frames: Int, seed: UInt64 = 3) -> [[Double]] {
    var uniform = Uniform(seed: seed)
    return (0..<neurons).map { i in
      var value = 0.0
      return (0..<frames).map { _ in
        value = (0.5 + 0.4 / Double(i + 1)) * value + 0.1 * uniform.next()
        return value
      }
    }
  }

  /// Decay by hand: `ρ_h = Σ x[t] x[t+h] / Σ x[t]²` over pairs in one trial of the fitted frames.
  @Test func ownDecayIsALeastSquares() throws {
    let (fitted, border) = (60, 25)
    let rates = recording(neurons: 3, frames: 90)
    let observed = try observe(Matrix(rates), fitted: fitted, trialStarts: [border])
    let zero = network([[0, 0, 0], [0, 0, 0], [0, 0, 0]], alpha: 0.5)
    let rollout = try #require(
      try RolloutScores(
        of: zero, against: LinearModel(of: observed, group: SingleRank()), on: observed, starts: 4,
        horizon: 5, group: SingleRank()))
    #expect(rollout.linearByRuns.isEmpty)
    for ahead in 1...5 {
      var error = 0.0
      for row in rates {
        let mean = row[..<fitted].reduce(0, +) / Double(fitted)
        let pairs = (0..<(fitted - ahead)).filter { !($0 < border && $0 + ahead >= border) }
        let product = pairs.reduce(0) { $0 + (row[$1] - mean) * (row[$1 + ahead] - mean) }
        let square = pairs.reduce(0) { $0 + (row[$1] - mean) * (row[$1] - mean) }
        for start in rollout.starts {
          let forecast = mean + product / square * (row[start] - mean)
          error += pow(row[start + ahead] - forecast, 2)
        }
      }
      #expect(abs(rollout.decay[ahead - 1] - error / Double(3 * rollout.starts.count)) < 1e-14)
    }
  }

  /// The same by hand where values are missing: a pair counts for a neuron that has both, from frames
  /// in which no neuron lacks any.
  @Test func ownDecayLeavesOutWhatIsMissing() throws {
    let (fitted, border) = (60, 25)
    var rates = recording(neurons: 2, frames: 60)
    for t in [0, 7, 24, 25, 40, 41, 59] { rates[0][t] = .nan }
    let observed = try observe(Matrix(rates), fitted: fitted, trialStarts: [border])
    let decay = NeuronDecay(observed, horizon: 30)
    let complete = (0..<fitted).filter { !rates[0][$0].isNaN }
    for (neuron, row) in rates.enumerated() {
      let present = row.filter { !$0.isNaN }
      let mean = present.reduce(0, +) / Double(present.count)
      for ahead in 1...30 {
        let pairs = complete.filter {
          $0 + ahead < fitted && !($0 < border && $0 + ahead >= border)
            && !row[$0 + ahead].isNaN
        }
        let product = pairs.reduce(0) { $0 + (row[$1] - mean) * (row[$1 + ahead] - mean) }
        let square = pairs.reduce(0) { $0 + (row[$1] - mean) * (row[$1] - mean) }
        let now = Matrix<Double>([[0.3], [-0.2]])
        let found = decay.forecast(now, ahead: ahead)[neuron, 0]
        #expect(abs(found - mean - product / square * (now[neuron, 0] - mean)) < 1e-13)
      }
    }
  }

  /// The ridge that free runs choose has the least error of them, written out; with more transitions
  /// than regressors and with fewer.
  @Test(arguments: [(4, 70, 3), (30, 26, 2)])
  func runsChooseARidge(neurons: Int, fitted: Int, horizon: Int) throws {
    let rates = recording(neurons: neurons, frames: fitted + 20)
    let observed = try observe(Matrix(rates), fitted: fitted)
    let model = try LinearModel(of: observed, group: SingleRank())
    let runner = try #require(try model.chosenByRuns(horizon: horizon, group: SingleRank()))
    let decades = RidgeChoice.decades
    let errors = try decades.map {
      try plainError(rates, transitions: fitted - 1, ridge: $0, horizon: horizon)
    }
    let best = try #require(errors.placeOfLeast)
    #expect(runner.model.ridge == decades[best], "\(errors)")
  }

  /// The mean over frames ahead of the error of free runs over that of persistence: four blocks of
  /// transitions, five frames of gap, every start.
  private func plainError(
    _ rates: [[Double]], transitions: Int, ridge: Double, horizon: Int
  ) throws -> Double {
    let neurons = rates.count
    func state(_ t: Int) -> [Double] { rates.map { $0[t] } }
    var run = [Double](repeating: 0, count: horizon)
    var still = run
    for block in 0..<4 {
      let frames = Partition(of: transitions, among: 4).range(of: block)
      let training = (0..<transitions).filter {
        $0 < frames.lowerBound - 5 || $0 > frames.upperBound - 1 + 5
      }
      let x = Matrix(training.map { state($0) + [1] })
      let y = Matrix(training.map { t in (0..<neurons).map { rates[$0][t + 1] - rates[$0][t] } })
      var system = product(x.view.transposed, x.view)
      for i in 0...neurons { system[i, i] += ridge * Double(training.count) }
      var weights = product(x.view.transposed, y.view)
      let factor = try Cholesky(system)
      var view = weights.mutableView
      factor.solve(&view)
      for start in frames where start + horizon <= frames.upperBound {
        var now = state(start)
        for ahead in 1...horizon {
          let inputs = now + [1]
          now = (0..<neurons).map { i in
            now[i] + (0...neurons).reduce(0) { $0 + weights[$1, i] * inputs[$1] }
          }
          for i in 0..<neurons {
            run[ahead - 1] += pow(now[i] - rates[i][start + ahead], 2)
            still[ahead - 1] += pow(rates[i][start] - rates[i][start + ahead], 2)
          }
        }
      }
    }
    return zip(run, still).reduce(0) { $0 + $1.0 / $1.1 } / Double(horizon)
  }

  private func finding(
    _ model: Double, linear: Double = .nan, mean: Double = 2, decay: Double = 2
  ) -> FreeRunVerdict.Finding? {
    FreeRunVerdict(
      model: [model, model], persistence: [1, 1],
      linear: linear.isNaN ? [] : [RunRival([linear, linear])], mean: [mean, mean],
      decay: RunRival([decay, decay]))?.finding
  }

  @Test func verdicts() {
    #expect(finding(1) == .notBetterThanPersistence)
    #expect(finding(.nan) == .notBetterThanPersistence)
    #expect(finding(0.8, mean: 0.8) == .notBetterThanMean)
    #expect(finding(0.8, decay: 0.805) == .couplingAddsNothing)
    #expect(finding(0.8, decay: 0.82) == .best)
    #expect(finding(0.8, linear: 0.7) == .notBetterThanLinear)
    #expect(finding(0.8, linear: 0.9) == .best)
    let verdict = FreeRunVerdict(
      model: [0.4, 1.2], persistence: [1, 2], linear: [RunRival([]), RunRival([0.3, 1])],
      mean: [9, 9], decay: RunRival([0.5, 1.5]))
    #expect(verdict?.text.hasPrefix("warning: Left to itself over 1 to 2 frames, the netw") == true)
    #expect(
      verdict?.sentence.contains(
        "a linear model is better still (error / persistence 0.5, decay 0.625, linear 0.4)") == true
    )
    #expect(verdict?.sentence.contains("try --alpha per-neuron and --self-connections") == true)
    #expect(
      FreeRunVerdict(model: [0], persistence: [0], linear: [], mean: [0], decay: RunRival([0]))
        == nil)
  }

  /// Frames ahead where all that can be foreseen has returned to its mean do not drown those where W
  /// helps: errors of a recording of 40 simulated neurons, at 1, 5, 10, 20, 30, 40 and 50 frames.
  @Test func farFramesDoNotDecide() throws {
    let network = [0.882, 0.740, 0.637, 0.608, 0.646, 0.693, 0.595]
    let decay = [0.869, 0.772, 0.667, 0.626, 0.647, 0.679, 0.584]
    let mean = [2.49, 1.09, 0.759, 0.630, 0.643, 0.683, 0.587]
    let still = [Double](repeating: 1, count: 7)
    func verdict(_ network: [Double], chance: [Double] = []) throws -> FreeRunVerdict {
      try #require(
        FreeRunVerdict(
          model: network, persistence: still, linear: [], mean: mean,
          decay: RunRival(decay, uncertainty: chance)))
    }
    let found = try verdict(network)
    #expect(found.finding == .best && found.framesAhead == 6 && !found.isWarning)
    #expect(found.sentence.hasPrefix("Left to itself over 1 to 6 frames, the network is better"))
    #expect(
      found.sentence.hasSuffix("Over 1 to 7 it is not told from own decay (0.686 against 0.692)."))
    // The same differences, which so few runs cannot tell from chance.
    let unsure = try verdict(network, chance: [Double](repeating: 0.05, count: 7))
    #expect(unsure.finding == .couplingAddsNothing && unsure.framesAhead == 0 && unsure.isWarning)
    #expect(unsure.sentence.contains("do not show that W adds"))
    // Better at first, and later no better than rates that stay.
    let lost = try verdict(network.enumerated().map { $0.offset < 4 ? $0.element : 3 })
    #expect(lost.finding == .best && lost.framesAhead == 4 && lost.isWarning)
    #expect(lost.sentence.contains("Over 1 to 7 it is no better than rates that stay as they are"))
  }

  /// The interval of a difference by hand: three runs that do not overlap, a group each.
  @Test func chanceOfADifference() {
    let starts = [0, 10, 20]
    var errors = RunErrors(starts: starts, horizon: 2)
    let predicted: [(RunErrors.Model, [[Double]])] = [
      (.network, [[1, 1, 1], [1, 2, 1]]), (.persistence, [[2, 2, 2], [2, 2, 2]]),
      (.decay, [[2, 1, 3], [1, 3, 2]]),
    ]
    for (model, rows) in predicted {
      for ahead in 1...2 {
        errors.add(
          model, ahead: ahead, Matrix([rows[ahead - 1]]), truth: Matrix([[0.0, 0, 0]]),
          isScored: [true])
      }
    }
    #expect(errors.means(.network) == [1, 2] && errors.means(.persistence) == [4, 4])
    // Squares less the network's, over persistence's 4: one ahead, and the means of both.
    let one = [0.75, 0, 2]
    let both = [(0.75 + 0) / 2, (0 + 1.25) / 2, (2 + 0.75) / 2]
    for (found, values) in zip(errors.halfWidths(of: .decay), [one, both]) {
      let mean = values.reduce(0, +) / 3
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2
      // Student's t with two degrees of freedom is 4.30, the expansion 3 % less.
      #expect(abs(found / (4.303 * (variance / 3).squareRoot()) - 1) < 0.035)
    }
    // Runs that lie within one stretch of frames are no two runs.
    let near = RunErrors(starts: [0, 1], horizon: 3)
    #expect(near.halfWidths(of: .decay)[2] == .infinity)
  }
}

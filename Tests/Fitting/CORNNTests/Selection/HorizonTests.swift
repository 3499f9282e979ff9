import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import CORNN

/// Leaks and ridge chosen by free runs on held-out blocks.
@Suite struct HorizonTests {
  private static let grid: SelectionGrid = {
    var grid = SelectionGrid()
    grid.alphas = [0.1, 0.2, 0.5]
    grid.folds = 2
    return grid
  }()

  private static let horizon: HorizonGrid = {
    var horizon = HorizonGrid()
    horizon.horizon = 3
    horizon.slowLeaks = [0.15]
    horizon.pulls = [0.5]
    horizon.starts = 1000
    horizon.round = SearchRound(neurons: .max, iterations: 2000, tolerance: 1e-9)
    return horizon
  }()

  private func problem(
    _ data: borrowing Synthetic, trialStarts: [Int] = []
  ) throws -> FitProblem<Double> {
    try FitProblem(
      data.recording(trialStarts: trialStarts), bias: true, group: SingleRank(), phases: Phases())
  }

  private func select(
    _ problem: FitProblem<Double>, from start: HorizonStart, _ horizon: HorizonGrid = Self.horizon,
    grid: SelectionGrid = Self.grid
  ) throws -> HorizonSelection {
    var configuration = Configuration()
    configuration.targetRange = .unclipped
    return try problem.select(
      from: start, horizon: horizon, grid: grid, loss: .crossEntropy,
      configuration: configuration, group: SingleRank(), threads: 1, phases: Phases())
  }

  /// A block of trials that are shorter than the runs counts one frame ahead, and has no runs.
  @Test func aBlockWithoutRunsIsOneWithoutRuns() throws {
    let data = try Synthetic(neurons: 4, frames: 90, inputs: 1)
    let start = HorizonStart(
      common: 0.2, leaks: [0.5, 0.2, 0.5, 0.1], isGiven: false, lambdas: [0.3])
    let short = Array(stride(from: 0, to: 45, by: 3))
    let found = try select(try problem(data, trialStarts: short), from: start)
    #expect(found.candidates.allSatisfy { $0.oneStep.isFinite && $0.freeRun.isFinite })
  }

  /// Errors of all candidates, from their definition: dense solutions of each neuron on each block,
  /// run by hand under the input and never over the border of a trial.
  @Test func errorsAreThoseOfTheirDefinition() throws {
    let (neurons, frames, border) = (4, 90, 31)
    let data = try Synthetic(neurons: neurons, frames: frames, inputs: 1)
    let own = [0.5, 0.2, 0.5, 0.1]
    let start = HorizonStart(common: 0.2, leaks: own, isGiven: false, lambdas: [0.3, 0.01])
    let found = try select(try problem(data, trialStarts: [border]), from: start)
    // By hand: no pull, the common leak, and half-way to 0.15, each at the nearest of the grid.
    let leaks = [own, [0.2, 0.2, 0.2, 0.2], [0.2, 0.2, 0.2, 0.1]]
    #expect(found.candidates.count == 6)
    var place = 0
    for lambda in start.lambdas {
      for leaks in leaks {
        let plain = try PlainHorizon(
          data, transitions: (0..<(frames - 1)).filter { $0 + 1 != border }, leaks: leaks,
          lambda: lambda)
        let candidate = found.candidates[place]
        #expect(candidate.lambda == lambda)
        #expect(abs(candidate.oneStep / plain.oneStep - 1) < 1e-6, "candidate \(place)")
        #expect(abs(candidate.freeRun / plain.freeRun - 1) < 1e-6, "candidate \(place)")
        #expect(abs(candidate.atHorizon / plain.atHorizon - 1) < 1e-6, "candidate \(place)")
        place += 1
      }
    }
    let least = found.candidates.map(\.oneStep).min() ?? .nan
    let allowed = found.candidates.indices.filter { found.candidates[$0].oneStep <= 1.01 * least }
    #expect(
      found.place
        == allowed.min { found.candidates[$0].freeRun < found.candidates[$1].freeRun })
    #expect(found.leaks == leaks[found.place % 3])
  }

  private func candidate(_ oneStep: Double, _ freeRun: Double) -> HorizonSelection.Candidate {
    HorizonSelection.Candidate(
      rule: LeakRule(slow: 0.1, pull: 1), lambda: 1, oneStep: oneStep, freeRun: freeRun,
      atHorizon: freeRun)
  }

  @Test func oneFrameBoundsWhatFreeRunsMayCost() {
    let candidates = [
      candidate(1, 0.9), candidate(1.019, 0.8), candidate(1.03, 0.5), candidate(.nan, 0.1),
      candidate(1, .infinity),
    ]
    #expect(HorizonSelection.best(of: candidates, tolerance: 0.02) == 1)
    #expect(HorizonSelection.best(of: candidates, tolerance: 0) == 0)
    #expect(HorizonSelection.best(of: candidates, tolerance: .infinity) == 2)
    // What one frame ahead chose may be worse than a leak a neuron: it is the bound then.
    func best(_ plain: Double) -> Int? {
      HorizonSelection.best(of: candidates, tolerance: 0, plain: candidate(plain, 1))
    }
    #expect(best(1.02) == 1 && best(1.03) == 2 && best(0.9) == 0 && best(.nan) == 0)
    #expect(HorizonSelection.best(of: [candidate(.nan, .nan)], tolerance: 0.02) == nil)
  }

  /// Of a network whose own leak is right one frame ahead, slow leaks make a bad network there: the
  /// bound keeps it.
  @Test func aNetworkThatIsRightOneFrameAheadStaysSo() throws {
    let data = try Synthetic(neurons: 24, frames: 500)
    let problem = try problem(data)
    var (horizon, grid) = (HorizonGrid(), SelectionGrid())
    grid.alphas = [0.02, 0.05, 0.1, 0.2, 0.5]
    horizon.slowLeaks = [0.02, 0.05]
    horizon.pulls = [0.5, 1]
    let start = HorizonStart(
      common: 0.1, leaks: [Double](repeating: 0.1, count: 24), isGiven: false,
      lambdas: [1e-2, 1e-3])
    let both = try select(problem, from: start, horizon, grid: grid)
    #expect(both.chosen.oneStep <= 1.01 * both.leastOneStep)
    #expect(both.chosen.rule.leak(from: 0.1) == 0.1)
    // What free runs alone may take is up to several times as bad one frame ahead.
    let slow = both.candidates.filter { $0.rule == LeakRule(slow: 0.02, pull: 1) }
    #expect(slow.allSatisfy { $0.oneStep > 1.5 * both.leastOneStep })
  }

  /// A horizon is bounded by the longest stretch of a block, and a trial ends one.
  @Test func aHorizonMustFit() throws {
    let data = try Synthetic(neurons: 3, frames: 81)
    var horizon = HorizonGrid()
    horizon.horizon = 40
    try problem(data).require(horizon, grid: Self.grid)
    horizon.horizon = 41
    #expect(throws: FitError.horizonTooLong(horizon: 41, longest: 40)) {
      try problem(data).require(horizon, grid: Self.grid)
    }
    let trials = try problem(data, trialStarts: [10, 20, 30, 40, 50, 60, 70])
    // The last trial has eleven frames.
    horizon.horizon = 11
    #expect(throws: FitError.horizonTooLong(horizon: 11, longest: 10)) {
      try trials.require(horizon, grid: Self.grid)
    }
  }

  @Test func rulesAndRidges() {
    let horizon = HorizonGrid()
    #expect(horizon.rules(common: 0.3, isGiven: true) == [LeakRule(slow: 0.3, pull: 1)])
    // The common leak is one of the slow ones: it is tried once.
    let rules = horizon.rules(common: 0.1, isGiven: false)
    #expect(rules.count == 2 + horizon.slowLeaks.count * horizon.pulls.count - 1)
    #expect(abs(LeakRule(slow: 0.02, pull: 0.5).leak(from: 0.5) - 0.1) < 1e-15)
    let grid = SelectionGrid().lambdas
    #expect(horizon.lambdas(around: 0.1, in: grid).map { Float($0) } == [3, 1, 0.3, 0.1, 0.03])
    #expect(horizon.lambdas(around: 1, in: grid).map { Float($0) } == [3, 1, 0.3])
    #expect(horizon.lambdas(around: 0.7, in: [0.7]) == [0.7])
  }
}

/// The errors of one candidate, written out.
private struct PlainHorizon {
  let oneStep: Double
  let freeRun: Double
  let atHorizon: Double

  /// Two blocks of transitions, five frames of gap, three frames ahead, every start.
  init(
    _ data: borrowing Synthetic, transitions: [Int], leaks: [Double], lambda: Double
  ) throws {
    let neurons = leaks.count
    let scale =
      (transitions.reduce(0) { $0 + data.inputs[0, $1] * data.inputs[0, $1] }
      / Double(transitions.count)).squareRoot()
    func regressors(_ rates: [Double], _ t: Int) -> [Double] {
      rates + [data.inputs[0, t] / scale, 1]
    }
    func recorded(_ t: Int) -> [Double] { (0..<neurons).map { data.rates[$0, t] } }
    var one = (model: 0.0, persistence: 0.0)
    var free = [Double](repeating: 0, count: 3)
    var still = free
    let half = transitions.count / 2
    for block in [Array(transitions[..<half]), Array(transitions[half...])] {
      let training = transitions.filter { $0 < block[0] - 5 || $0 > (block.last ?? 0) + 5 }
      let weights = try (0..<neurons).map { i in
        try DenseNewton(
          x: training.map { regressors(recorded($0), $0) },
          d: training.map {
            (data.rates[i, $0 + 1] - (1 - leaks[i]) * data.rates[i, $0]) / leaks[i]
          },
          ridge: lambda * Double(training.count), loss: .crossEntropy, forbidden: [i]
        ).weights
      }
      func next(_ rates: [Double], _ t: Int) -> [Double] {
        let x = regressors(rates, t)
        return (0..<neurons).map { i in
          let current = zip(weights[i], x).reduce(0) { $0 + $1.0 * $1.1 }
          return (1 - leaks[i]) * rates[i] + leaks[i] * tanh(current)
        }
      }
      func distance(_ rates: [Double], _ t: Int) -> Double {
        zip(rates, recorded(t)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      // Errors one frame ahead are means over a block.
      for t in block {
        one.model += distance(next(recorded(t), t), t + 1) / Double(block.count)
        one.persistence += distance(recorded(t), t + 1) / Double(block.count)
      }
      for t in block where block.contains(t + 1) && block.contains(t + 2) {
        var rates = recorded(t)
        for h in 0..<3 {
          rates = next(rates, t + h)
          free[h] += distance(rates, t + h + 1)
          still[h] += distance(recorded(t), t + h + 1)
        }
      }
    }
    oneStep = one.model / one.persistence
    freeRun = (0..<3).reduce(0) { $0 + free[$1] / still[$1] } / 3
    atHorizon = free[2] / still[2]
  }
}

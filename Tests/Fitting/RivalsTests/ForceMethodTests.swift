import CORNN
import Collectives
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Rivals

/// FORCE against closed forms.
@Suite struct ForceMethodTests {
  /// The ridge regression is solved at once, by the inverse of the products.
  @Test(arguments: [false, true]) func onePassOnCurrentsIsTheRidge(selfConnections: Bool) throws {
    let small = try SmallProblem(neurons: 7, frames: 90, selfConnections: selfConnections)
    var settings = ForceMethod.Settings()
    settings.margin = 1e-6
    let solution = try small.solve(ForceMethod(.currents, settings), from: .zero, iterations: 1)
    let ridge = try MethodStart.ridge(margin: 1e-6).weights(of: small.problem, group: SingleRank())
    for i in 0..<7 {
      let difference = relativeError(
        solution.weights.array(ofRow: i), ridge.array(ofRow: i))
      #expect(difference < 1e-8, "neuron \(i)")
    }
    #expect(solution.iterations == 1)
    #expect(solution.log.ending == .iterationLimit)
    // At the start, three times in the pass, and at its end.
    #expect(solution.log.points.count == 5)
  }

  /// The weights after each sample are the ridge regression on all samples before.
  @Test func aFreeRunIsARegressionOnItsOwnRates() throws {
    let neurons = 4
    let small = try SmallProblem(neurons: neurons, frames: 14, trialStarts: [0, 6])
    var settings = ForceMethod.Settings()
    settings.runsFreely = true
    settings.gain = 2
    settings.margin = 1e-6
    let solution = try small.solve(
      ForceMethod(.currents, settings), from: .zero, iterations: 2)
    let expected = try regressions(small.problem, strength: 0.5, passes: 2)
    for i in 0..<neurons {
      #expect(relativeError(solution.weights.array(ofRow: i), expected[i]) < 1e-8, "neuron \(i)")
    }
  }

  /// A neuron that is left out has no rates in the free run either, and no weights onto others.
  @Test func aNeuronThatIsLeftOutStaysSilent() throws {
    let small = try SmallProblem(neurons: 5, frames: 60, constant: [2])
    try #require(small.problem.isFitted == [true, true, false, true, true])
    var settings = ForceMethod.Settings()
    settings.runsFreely = true
    settings.noise = 0.05
    let solution = try small.solve(ForceMethod(.rates, settings), from: .zero, iterations: 2)
    for i in 0..<5 {
      let weights = solution.weights.array(ofRow: i)
      #expect(weights[2] == 0)
      #expect((weights[i == 0 ? 1 : 0] != 0) == (i != 2))
    }
  }

  /// On rates the first update from zero is `−c e k` with e = −d.
  @Test func ratesAreComparedAfterTheirTanh() throws {
    let small = try SmallProblem(neurons: 5, frames: 40, selfConnections: true)
    var settings = ForceMethod.Settings()
    settings.gain = 1
    settings.stride = 1000
    let solution = try small.solve(ForceMethod(.rates, settings), from: .zero, iterations: 1)
    let x = small.problem.whole.regressors.fitted.matrix.copy()
    let sample = (0..<x.rows).map { x[$0, 0] }
    let c = 1 / (1 + sample.reduce(0) { $0 + $1 * $1 })
    for i in 0..<5 {
      let d = tanh(small.problem.targets[i, 0])
      let expected = sample.map { c * d * $0 }
      #expect(relativeError(solution.weights.array(ofRow: i), expected) < 1e-12)
    }
  }

  @Test func morePassesOnRatesLowerTheDeviance() throws {
    let small = try SmallProblem(neurons: 8, frames: 300)
    let log = try small.solve(ForceMethod(.rates), from: .zero, iterations: 8).log
    let objectives = log.points.map(\.quality.objective)
    #expect(objectives[objectives.count - 1] < 0.5 * objectives[0])
    #expect(log.points[log.points.count - 1].quality.weightCorrelation > 0.8)
  }

  @Test func missingTargetsTeachNothing() throws {
    let small = try SmallProblem(neurons: 6, frames: 60, missing: [(2, 30)])
    let solution = try small.solve(ForceMethod(.rates), from: .zero, iterations: 2)
    for i in 0..<6 {
      #expect(solution.weights.array(ofRow: i).allSatisfy { $0.isFinite })
    }
  }

  /// The free run again, each neuron's weights solved anew after every sample.
  private func regressions(
    _ problem: RivalProblem, strength: Double, passes: Int
  ) throws -> [[Double]] {
    let x = problem.whole.regressors.fitted.matrix.copy()
    let frames = problem.whole.transitions.frames
    let neurons = problem.local.count
    var weights = [[Double]](
      repeating: [Double](repeating: 0, count: x.rows), count: neurons)
    var seen: [[Double]] = []
    var order: [Int] = []
    for _ in 0..<passes {
      var state: [Double] = []
      for t in frames.indices {
        var sample = (0..<x.rows).map { x[$0, t] }
        if t > 0, frames[t] == frames[t - 1] + 1 {
          sample.replaceSubrange(0..<neurons, with: state)
        }
        let outputs = weights.map { tanh(zip($0, sample).reduce(0) { $0 + $1.0 * $1.1 }) }
        seen.append(sample)
        order.append(t)
        for i in 0..<neurons {
          weights[i] = try ridge(
            seen, order.map { problem.targets[i, $0] }, strength: strength, leavingOut: i)
        }
        state = (0..<neurons).map {
          (1 - problem.leaks[$0]) * sample[$0] + problem.leaks[$0] * outputs[$0]
        }
      }
    }
    return weights
  }

  private func ridge(
    _ samples: [[Double]], _ targets: [Double], strength: Double, leavingOut left: Int
  ) throws -> [Double] {
    let kept = samples[0].indices.filter { $0 != left }
    var gram = Matrix<Double>(rows: kept.count, columns: kept.count)
    var solution = Matrix<Double>(rows: kept.count, columns: 1)
    for (sample, target) in zip(samples, targets) {
      for (a, j) in kept.enumerated() {
        solution[a, 0] += sample[j] * target
        for (b, k) in kept.enumerated() { gram[a, b] += sample[j] * sample[k] }
      }
    }
    for a in kept.indices { gram[a, a] += strength }
    let factor = try Cholesky(gram)
    var view = solution.mutableView
    factor.solve(&view)
    var result = [Double](repeating: 0, count: samples[0].count)
    for (a, j) in kept.enumerated() { result[j] = solution[a, 0] }
    return result
  }
}

import Collectives
import Evaluation
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct LinearModelTests {
  /// A random walk of independent neurons: nothing can be predicted.
  private func walk(neurons: Int, frames: Int) -> Matrix<Double> {
    var uniform = Uniform(seed: 11)
    var rates = Matrix<Double>(rows: neurons, columns: frames)
    for i in 0..<neurons {
      for t in 1..<frames { rates[i, t] = 0.99 * rates[i, t - 1] + 0.05 * uniform.next() }
    }
    return rates
  }

  private func total(_ values: [Double]) -> Double { values.reduce(0, +) }

  /// Where there is nothing to learn, its own ridge keeps the model from doing harm.
  @Test(arguments: [60, 400])
  func itsOwnRidgeDoesNotOverfit(frames: Int) throws {
    let neurons = 40
    let rates = walk(neurons: neurons, frames: frames + 200)
    let observed = try observe(rates, fitted: frames)
    let own = try LinearModel(of: observed, group: SingleRank())
    let weak = try LinearModel(of: observed, ridge: 1e-6, group: SingleRank())
    let errors = total(try heldOutErrors(of: own, on: observed, group: SingleRank()))
    let harmed = total(try heldOutErrors(of: weak, on: observed, group: SingleRank()))
    var persistence = 0.0
    for i in 0..<neurons {
      let sum = (frames..<(frames + 199)).reduce(0) { $0 + pow(rates[i, $1 + 1] - rates[i, $1], 2) }
      persistence += sum / 199
    }
    #expect(errors < 1.02 * persistence)
    #expect(harmed > 1.05 * persistence && harmed > errors)
  }

  /// Both forms against the normal equations written out here.
  @Test(arguments: [12, 60])
  func agreesWithTheNormalEquations(frames: Int) throws {
    let neurons = 20
    let rates = walk(neurons: neurons, frames: frames + 10)
    let observed = try observe(rates, fitted: frames)
    let ridge = 0.02
    let model = try LinearModel(of: observed, ridge: ridge, group: SingleRank())
    let count = frames - 1
    var system = Matrix<Double>(rows: neurons + 1, columns: neurons + 1)
    func regressor(_ j: Int, _ t: Int) -> Double { j < neurons ? rates[j, t] : 1 }
    for a in 0...neurons {
      for b in 0...neurons {
        system[a, b] = (0..<count).reduce(0) { $0 + regressor(a, $1) * regressor(b, $1) }
      }
      system[a, a] += ridge * Double(count)
    }
    let factor = try Cholesky(system)
    var weights = Matrix<Double>(rows: neurons, columns: neurons + 1)
    for i in 0..<neurons {
      for a in 0...neurons {
        weights[i, a] = (0..<count).reduce(0) {
          $0 + (rates[i, $1 + 1] - rates[i, $1]) * regressor(a, $1)
        }
      }
    }
    var target = weights.mutableView
    factor.solveFromRight(&target)
    let predicted = try model.next(
      after: Matrix((0..<neurons).map { [rates[$0, frames], rates[$0, frames + 5]] }),
      inputs: Matrix(rows: 0, columns: 2), group: SingleRank())
    for (k, t) in [frames, frames + 5].enumerated() {
      for i in 0..<neurons {
        let expected =
          rates[i, t] + (0...neurons).reduce(0) { $0 + weights[i, $1] * regressor($1, t) }
        #expect(abs(predicted[i, k] - expected) < 1e-9)
      }
    }
  }

  /// A linear recording without noise wants a weak ridge, and is predicted.
  @Test func findsALinearLaw() throws {
    var rates = Matrix<Double>(rows: 2, columns: 300)
    (rates[0, 0], rates[1, 0]) = (0.5, 0)
    for t in 1..<300 {
      rates[0, t] = 0.999 * (0.96 * rates[0, t - 1] - 0.28 * rates[1, t - 1])
      rates[1, t] = 0.999 * (0.28 * rates[0, t - 1] + 0.96 * rates[1, t - 1])
    }
    let observed = try observe(rates, fitted: 240)
    let model = try LinearModel(of: observed, group: SingleRank())
    #expect(model.ridge < 1e-5)
    #expect(
      try heldOutErrors(of: model, on: observed, group: SingleRank()).allSatisfy { $0 < 1e-6 })
  }
}

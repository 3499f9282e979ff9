import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

/// Where few directions of the recording exceed the ridge, iterations use an approximate
/// inverse: they cost less and end at the same solution.
@Suite struct LowRankTests {
  func fit(
    _ data: borrowing Synthetic, tolerance: Double
  ) throws -> (weights: [Double], objective: Double, optimality: Double, work: Double) {
    var configuration = Configuration()
    configuration.lambda = 0.1
    configuration.form = .dual
    configuration.tolerance = tolerance
    let phases = Phases()
    let neurons = data.rates.rows
    let ready = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: phases)
    let result = try ready.fit(
      loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: neurons),
      configuration: configuration, group: SingleRank(), threads: 2, phases: phases)
    let samples = Double(result.transitions.count)
    let iterations = result.diagnostics.iterations.reduce(0, +)
    let work = phases.all.first { $0.name == "solve" }?.flops ?? .nan
    return (
      allWeights(result).flatMap { $0 }, result.objective.last ?? .nan,
      result.diagnostics.optimality.max() ?? .nan,
      work / (2 * samples * samples * Double(iterations))
    )
  }

  @Test func cheaperAndTheSameSolution() throws {
    let data = try Synthetic(neurons: 300, frames: 420)
    let exact = try fit(data, tolerance: 1e-9)
    let found = try fit(data, tolerance: 1e-5)
    // Besides the iterations there are the exclusion, the start and the verification.
    #expect(exact.work > 1 && found.work < 1)
    #expect(found.optimality < 1e-5)
    #expect(found.objective >= exact.objective * (1 - 1e-9))
    #expect(abs(found.objective / exact.objective - 1) < 1e-7)
    #expect(relativeError(found.weights, exact.weights) < 1e-3)
  }
}

import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Rivals
import TestSupport
import Testing

@Suite struct PublishedTests {
  /// Two neurons, no bias, from given weights; the numbers are of the published formulas as they
  /// stand, `θ ← A⁻¹ X Xᵀ θ + A⁻¹ X E` and ADMM with χ and v, in numpy.
  @Test(arguments: [
    Case(
      isWeighted: false, selfConnections: true, iterations: 1,
      weights: [
        [0.17887804896270007, 0.3318310186786643], [-0.03619863486775815, 0.39056071509799045],
      ]),
    Case(
      isWeighted: false, selfConnections: true, iterations: 20,
      weights: [
        [0.1749892573429351, 0.32319587191649923], [-0.032570236562634455, 0.3926814692500033],
      ]),
    Case(
      isWeighted: true, selfConnections: true, iterations: 3,
      weights: [
        [-0.5135401389056887, 1.2000575549431771], [-0.25806639867502323, 0.3689240763638171],
      ]),
    Case(
      isWeighted: false, selfConnections: false, iterations: 1,
      weights: [
        [0, 0.4997004556500505], [-0.3174642025718147, 0],
      ]),
    Case(
      isWeighted: false, selfConnections: false, iterations: 3,
      weights: [
        [0, 0.488639676514712], [-0.16423587721589747, 0],
      ]),
    Case(
      isWeighted: true, selfConnections: false, iterations: 20,
      weights: [
        [0, 0.7171671385742279], [-0.10712958746534848, 0],
      ]),
  ])
  func formulas(_ expected: Case) throws {
    var rates = Matrix<Double>(rows: 2, columns: 13)
    for t in 0..<13 {
      rates[0, t] = 0.6 * sin(0.9 * Double(t) + 0.3)
      rates[1, t] = 0.5 * cos(0.7 * Double(t))
    }
    var sample = RivalSample(rates: rates, leak: 0.5)
    sample.selfConnections = expected.selfConnections
    sample.bias = false
    sample.holdout = 0
    let problem = try sample.problem(
      .pointwise(expected.isWeighted ? .weighted(threshold: 0.6) : .crossEntropy))
    var weights = Matrix<Double>([[0.2, 0.5], [-0.4, 0.1]])
    if !expected.selfConnections { weights = Matrix([[0, 0.5], [-0.4, 0]]) }
    let recorder = MethodRecorder(
      sample.meter(problem), limits: MethodRecorder.Limits(iterations: expected.iterations))
    try PublishedMethod().improve(
      &weights, of: problem, recorder: recorder, group: SingleRank())
    for i in 0..<2 {
      let error = relativeError(row(weights, i), expected.weights[i])
      #expect(error < 1e-9, "neuron \(i): \(row(weights, i)), \(error)")
    }
  }

  struct Case: Sendable {
    let isWeighted: Bool
    let selfConnections: Bool
    let iterations: Int
    let weights: [[Double]]
  }
}

import Collectives
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import CORNN

/// W and its products in float32 against those in float64.
@Suite struct NarrowWeightTests {
  private let neurons = 300

  private func fit(
    lambda: Double, usesFeatures: Bool = true, selfConnections: Bool = false,
    tolerance: Double = 1e-4
  ) throws -> Fit<Double> {
    let data = try Synthetic(neurons: neurons, frames: 220, inputs: 1)
    var configuration = Configuration()
    configuration.lambda = lambda
    configuration.form = .dual
    configuration.selfConnections = selfConnections
    configuration.usesFeatures = usesFeatures
    configuration.tolerance = tolerance
    let ready = try FitProblem(data.recording(), bias: true, group: SingleRank(), phases: Phases())
    return try ready.fit(
      loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: neurons),
      configuration: configuration, group: SingleRank(), threads: 1, phases: Phases())
  }

  private func entries<S: Scalar>(_ matrix: borrowing Matrix<S>) -> [Double] {
    (0..<matrix.rows).flatMap { i in (0..<matrix.columns).map { Double(matrix[i, $0]) } }
  }

  /// Sums by parts are the sums they stand for, and lose a tenth at most of what rounded
  /// coefficients do where these cancel each other.
  @Test func sumsByPartsCancelLess() {
    let samples = 400
    // Slow regressors, and the coefficients that a weak ridge gives: the changes of changes.
    var x = Matrix<Double>(rows: 5, columns: samples)
    var b = Matrix<Double>(rows: 3, columns: samples)
    for t in 0..<samples {
      let phase = Double(t) / 40
      for i in 0..<5 { x[i, t] = 0.3 + 0.2 * wave(phase * Double(i + 1) / 3) }
      for i in 0..<3 { b[i, t] = (t % 2 == 0 ? 1 : -1) * (1 + 0.3 * wave(phase + Double(i))) }
    }
    let plain = SampleSums.plain.error(of: b, x, rows: 0..<5)
    let byParts = SampleSums.byParts.error(of: b, x, rows: 0..<5)
    #expect(byParts < 0.1 * plain && byParts < 1e-6)
    let product = product(
      SampleSums.byParts.coefficients(b), SampleSums.byParts.regressors(x, rows: 1..<4),
      transposingB: true)
    for i in 0..<3 {
      for j in 1..<4 {
        let expected = (0..<samples).reduce(0) { $0 + b[i, $1] * x[j, $1] }
        #expect(abs(Double(product[i, j - 1]) - expected) < 1e-5)
      }
    }
  }

  /// Numbers in (−1/2, 1/2) that are the same in every run.
  private func noise(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
    var state = seed
    var result = Matrix<Double>(rows: rows, columns: columns)
    for i in 0..<rows {
      for t in 0..<columns {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        result[i, t] = Double(state >> 11) / 9_007_199_254_740_992 - 0.5
      }
    }
    return result
  }

  /// A smooth wave between −1 and 1.
  private func wave(_ phase: Double) -> Double {
    let place = phase - phase.rounded(.down)
    return 1 - 8 * place * (1 - place)
  }

  /// Noise has nothing that cancels, and its sums only grow.
  @Test func noiseIsSummedPlainly() {
    let b = noise(2, 2000, seed: 7)
    let x = noise(4, 2000, seed: 8)
    #expect(SampleSums.plain.error(of: b, x, rows: 0..<4) < 1e-6)
    #expect(
      SampleSums.plain.error(of: b, x, rows: 0..<4)
        < SampleSums.byParts.error(of: b, x, rows: 0..<4))
  }

  /// Coefficients of the same states at different times that are equal and opposite: neither kind of
  /// sum is exact, and there are no factors in float32; with the large parts taken out there are.
  @Test(arguments: [0, 1e6])
  func neitherSumMayServe(cancelling: Double) throws {
    let samples = 400
    let group = SingleRank()
    var x = group.allocateOnNode(rows: 6, columns: samples, of: Double.self)
    let noise = noise(6, samples, seed: 9)
    var b = Matrix<Double>(rows: 2, columns: samples)
    for t in 0..<samples {
      let half = t % (samples / 2)
      for i in 0..<6 { x.matrix[i, t] = noise[i, half] }
      for i in 0..<2 {
        b[i, t] = noise[i + 2, t] + (t < samples / 2 ? 1 : -1) * cancelling * noise[i, half]
      }
    }
    let regressors = Regressors(
      fitted: x, heldOut: group.allocateOnNode(rows: 6, columns: 0, of: Double.self), neurons: 6,
      inputScale: [], bias: false, local: 0..<2)
    let panel = PanelSolution(
      [SolvedNeuron(neuron: 0), SolvedNeuron(neuron: 1)], coefficients: b, trace: [])
    #expect((try NarrowWeights([panel], regressors, group: group) == nil) == (cancelling > 0))
  }

  @Test func whatIsNoNumberIsNotExact() {
    let zero = Matrix<Double>(rows: 1, columns: 9)
    #expect(SampleSums.plain.error(of: zero, zero, rows: 0..<1) == .infinity)
  }

  /// From a strong ridge to one that leaves W to the last digits, with own weights and without.
  @Test(arguments: [0.1, 1e-3, 1e-5, 1e-7], [false, true])
  func writtenWeightsAreRight(lambda: Double, selfConnections: Bool) throws {
    let fit = try fit(lambda: lambda, selfConnections: selfConnections)
    #expect(fit.narrow != nil)
    var found = Matrix<Float>(rows: 0, columns: 0)
    for block in 0..<fit.blocks {
      fit.setRoundedWeights(ofBlock: block, in: &found)
      let expected = fit.weights(ofBlock: block, from: 0..<neurons)
      #expect(found.rows == expected.rows && found.columns == neurons)
      #expect(relativeError(entries(found), entries(expected)) < 1e-5)
      for (i, neuron) in fit.rows(ofBlock: block).enumerated() where !selfConnections {
        #expect(found[i, neuron] == 0)
      }
    }
  }

  /// Without rounding W is that of float64, rounded once.
  @Test func exactFitsAreRoundedOnce() throws {
    let fit = try fit(lambda: 1e-3, usesFeatures: false)
    #expect(fit.narrow == nil)
    var found = Matrix<Float>(rows: 0, columns: 0)
    fit.setRoundedWeights(ofBlock: 0, in: &found)
    let expected = entries(fit.weights(ofBlock: 0, from: 0..<neurons))
    #expect(entries(found) == expected.map { Double(Float($0)) })
  }

  /// Under the weak ridge currents cancel too much, though the weights do not.
  @Test(arguments: [(1e-3, true), (1e-6, false)], [false, true])
  func currentsAreRight(ridge: (lambda: Double, serves: Bool), selfConnections: Bool) throws {
    let fit = try fit(lambda: ridge.lambda, selfConnections: selfConnections)
    var own = Matrix<Double>(rows: neurons, columns: 7)
    var inputs = Matrix<Double>(rows: 1, columns: 7)
    for k in 0..<7 {
      for i in 0..<neurons { own[i, k] = fit.regressors.fitted.matrix[i, 30 * k] }
      inputs[0, k] = wave(0.3 * Double(k))
    }
    let group = SingleRank()
    let found = try fit.narrowCurrents(triedAt: own, inputs: inputs, group: group)
    #expect((found != nil) == ridge.serves)
    guard let products = found else { return }
    for i in 0..<neurons {
      for k in 0..<7 { own[i, k] = fit.regressors.fitted.matrix[i, 30 * k + 17] }
    }
    let exact = try fit.currents(at: own, inputs: inputs, group: group)
    let narrow = try fit.currents(at: own, inputs: inputs, by: products, group: group)
    #expect(relativeError(entries(narrow), entries(exact)) < 2e-5)
  }
}

import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Networks
import RandomNumbers
import Runtime
import TestSupport
import Testing

/// Sampling errors and ridge biases against closed forms, plain arrays and repeats.
@Suite struct WeightErrorTests {
  private func recipe(
    _ count: Int, alpha: Double, lambda: Double, selfConnections: Bool = false,
    mask: StructuralMask? = nil
  ) -> FitRecipe {
    var configuration = Configuration(
      lambda: lambda, selfConnections: selfConnections, bias: false, form: .auto,
      usesFeatures: false, tolerance: 1e-7, iterations: 300)
    configuration.targetRange = .unclipped
    return FitRecipe(
      loss: .crossEntropy, leaks: [Double](repeating: alpha, count: count),
      configuration: configuration, constraints: Constraints(mask: mask))
  }

  private func problem(
    _ rates: consuming Matrix<Double>
  ) throws -> FitProblem<Double> {
    let (neurons, frames) = (rates.rows, rates.columns)
    return try FitProblem(
      PreparedRecording(
        rates: rates, local: 0..<neurons, neurons: neurons,
        inputs: Matrix(rows: 0, columns: frames),
        trialStarts: [], holdout: 0),
      bias: false, group: SingleRank(), phases: Phases())
  }

  /// One weight: `V = Σ E² x² / H² · T / (T − Σ D x² / H)` and
  /// `b² = (w² − V) (λ / H)² / (1 − λ / H)²`.
  @Test func oneWeight() throws {
    let (alpha, lambda, weight) = (0.4, 0.01, 0.8)
    let rates = Matrix([noise(80, stream: 1).map { 0.5 * $0 }])
    let found = try problem(rates.copy()).weightErrors(
      of: 0, weights: Matrix([[weight]]),
      recipe(1, alpha: alpha, lambda: lambda, selfConnections: true))
    let ridge = lambda * 79
    var (hessian, meat, curved) = (ridge, 0.0, 0.0)
    for t in 0..<79 {
      let x = rates[0, t]
      let output = tanh(weight * x)
      let error = (rates[0, t + 1] - (1 - alpha) * x) / alpha - output
      hessian += (1 - output * output) * x * x
      curved += (1 - output * output) * x * x
      meat += error * error * x * x
    }
    let variance = meat / (hessian * hessian) * 79 / (79 - curved / hessian)
    let taken = ridge / hessian
    let bias =
      max(weight * weight - variance, 0).squareRoot() * taken / (1 - taken)
    #expect(abs(found.standardErrors[0] - variance.squareRoot()) < 1e-12)
    #expect(abs(found.ridgeBiases[0] - bias) < 1e-12)
  }

  /// Three weights, one of them forbidden, by plain arrays.
  @Test func forbiddenWeightsHaveNone() throws {
    let (alpha, lambda) = (0.5, 0.02)
    let rates = Matrix((0..<4).map { i in noise(50, stream: i).map { 0.4 * $0 } })
    var forbidden = ForbiddenSet(neurons: 4)
    forbidden.insert(2)
    var weights = Matrix<Double>(rows: 4, columns: 4)
    (weights[0, 1], weights[0, 3]) = (0.7, -0.3)
    let found = try problem(rates.copy()).weightErrors(
      of: 0, weights: weights,
      recipe(
        4, alpha: alpha, lambda: lambda,
        mask: StructuralMask(forbidden: [forbidden, forbidden, forbidden, forbidden])),
      groups: [0, 1, 0, 1])
    #expect(found.standardErrors[0].isNaN && found.standardErrors[2].isNaN)
    // H and X diag(E²) Xᵀ of the two weights that are left.
    var (h, m) = ([0.02 * 49, 0, 0, 0.02 * 49], [0.0, 0, 0, 0])
    var (errors, curves): ([Double], [Double]) = ([], [])
    for t in 0..<49 {
      let x = [rates[1, t], rates[3, t]]
      let output = tanh(0.7 * x[0] - 0.3 * x[1])
      let error = (rates[0, t + 1] - 0.5 * rates[0, t]) / 0.5 - output
      errors.append(error)
      curves.append(1 - output * output)
      for k in 0..<4 {
        h[k] += (1 - output * output) * x[k / 2] * x[k % 2]
        m[k] += error * error * x[k / 2] * x[k % 2]
      }
    }
    let determinant = h[0] * h[3] - h[1] * h[2]
    let u = [h[3] / determinant, -h[1] / determinant, -h[2] / determinant, h[0] / determinant]
    // tr D Xᵀ U X = tr U (H − λ I).
    let parameters = 2 - lambda * 49 * (u[0] + u[3])
    func variance(_ j: Int) -> Double {
      let row = [u[2 * j], u[2 * j + 1]]
      var sum = 0.0
      for k in 0..<4 { sum += row[k / 2] * m[k] * row[k % 2] }
      return sum * 49 / (49 - parameters)
    }
    #expect(abs(found.standardErrors[1] - variance(0).squareRoot()) < 1e-12)
    #expect(abs(found.standardErrors[3] - variance(1).squareRoot()) < 1e-12)
    // The sum of both: c is 1 on them, and nothing is free in the other group.
    let solved = [u[0] + u[2], u[1] + u[3]]
    var sum = 0.0
    for k in 0..<4 { sum += solved[k / 2] * m[k] * solved[k % 2] }
    sum *= 49 / (49 - parameters)
    #expect(found.sums.count == 2 && found.sums[0].standardError == 0)
    #expect(abs(found.sums[1].standardError - sum.squareRoot()) < 1e-12)
    #expect(abs(found.sums[1].weight - 0.4) < 1e-12)
    let influences = found.sums[1].influences
    #expect(abs(influences.reduce(0) { $0 + $1 * $1 } - sum) < 1e-12)
    // Biases by one size: those of single weights are τ λ |row of H⁻¹|, of the sum τ λ |H⁻¹ c|.
    let single = found.ridgeBiases[1] / (u[0] * u[0] + u[1] * u[1]).squareRoot()
    let both = (solved[0] * solved[0] + solved[1] * solved[1]).squareRoot()
    #expect(abs(found.sums[1].ridgeBias - single * both) < 1e-12)
    let successive = zip(errors, errors.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    let power = errors.reduce(0) { $0 + $1 * $1 }
    #expect(abs(found.errorCorrelation - successive / power) < 1e-12)
  }

  /// From a neuron that never moves there are no weights, and the others' are what they are without it.
  @Test func silentNeuronsHaveNone() throws {
    let moving = (0..<3).map { i in noise(50, stream: i).map { 0.4 * $0 } }
    func errors(_ rates: [[Double]]) throws -> WeightErrors {
      var weights = Matrix<Double>(rows: rates.count, columns: rates.count)
      weights[0, 1] = 0.7
      return try problem(Matrix(rates)).weightErrors(
        of: 0, weights: weights, recipe(rates.count, alpha: 0.5, lambda: 0.02))
    }
    let without = try errors(moving)
    let with = try errors(moving + [[Double](repeating: 0, count: 50)])
    #expect(with.standardErrors[3].isNaN && with.ridgeBiases[3].isNaN)
    for j in 1..<3 {
      #expect(abs(with.standardErrors[j] - without.standardErrors[j]) < 1e-12)
      #expect(abs(with.ridgeBiases[j] - without.ridgeBiases[j]) < 1e-12)
    }
  }

  /// The spread of the weights over 100 recordings of one network, whatever its noise.
  @Test(arguments: [SimulationNoise.Kind.gaussian, .laplace, .poisson])
  func repeatsSpreadAsFar(kind: SimulationNoise.Kind) throws {
    let (neurons, repeats) = (5, 100)
    var estimates: [[Double]] = []
    var squares = 0.0
    for number in 0..<repeats {
      let problem = try problem(simulated(neurons, kind, seed: UInt64(100 + number)))
      let recipe = recipe(neurons, alpha: 0.4, lambda: 1e-3)
      let fit = try problem.fit(
        loss: .crossEntropy, alpha: recipe.leaks, configuration: recipe.configuration,
        group: SingleRank(), threads: 1, phases: Phases())
      let weights = fit.coefficients()
      var own: [Double] = []
      for i in 0..<neurons {
        let errors = try problem.weightErrors(of: i, weights: weights, recipe).standardErrors
        for j in 0..<neurons where j != i {
          own.append(weights[i, j])
          squares += errors[j] * errors[j]
        }
      }
      estimates.append(own)
    }
    let count = Double(repeats)
    var spread = 0.0
    for k in estimates[0].indices {
      let mean = estimates.reduce(0) { $0 + $1[k] } / count
      spread += estimates.reduce(0) { $0 + ($1[k] - mean) * ($1[k] - mean) } / (count - 1)
    }
    let ratio = (squares / count / spread).squareRoot()
    #expect(abs(ratio - 1) < 0.15, "sampling error over spread: \(ratio)")
  }

  /// A network that its noise drives.
  private func simulated(
    _ neurons: Int, _ kind: SimulationNoise.Kind, seed: UInt64
  ) throws -> Matrix<Double> {
    var network = ChaoticNetwork()
    network.neurons = neurons
    network.gain = 1
    network.alpha = 0.4
    network.seed = 5
    let frames = 500
    var rates = Matrix<Double>(rows: neurons, columns: frames)
    try network.network(local: 0..<neurons).simulate(
      from: network.start, steps: frames - 1, inputs: network.inputSignals(frames: frames),
      noise: SimulationNoise(
        kind: kind, input: 0.3, output: kind == .poisson ? 0.05 : 0.1, seed: seed),
      threads: 1, group: SingleRank()
    ) { t, now in
      for i in now.indices { rates[i, t] = Double(now[i]) }
    }
    return rates
  }

  private func noise(_ count: Int, stream: Int) -> [Double] {
    let stream = RandomStream(seed: 9, purpose: .events, k: stream)
    return (0..<count).map { stream.normal(at: $0) }
  }
}

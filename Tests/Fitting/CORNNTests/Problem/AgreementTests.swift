import CORNN
import Collectives
import LinearAlgebra
import Networks
import Runtime
import TestSupport
import Testing

/// Primal form, dual form and an independent solver find the same network.
@Suite struct FormAgreementTests {
  struct Case: CustomTestStringConvertible {
    var neurons: Int
    var frames: Int
    var inputs = 0
    var selfConnections = false
    var loss = PlainLoss.crossEntropy
    var lambda = 1e-3
    var testDescription: String {
      "N \(neurons), T \(frames), inputs \(inputs), self \(selfConnections), \(loss)"
    }
  }

  static let cases = [
    Case(neurons: 20, frames: 200),
    Case(neurons: 40, frames: 25),
    Case(neurons: 30, frames: 120, inputs: 2),
    Case(neurons: 30, frames: 120, selfConnections: true),
    Case(neurons: 24, frames: 20, inputs: 1, selfConnections: true),
    Case(neurons: 20, frames: 150, loss: .robust(threshold: 0.2)),
    Case(neurons: 40, frames: 30, loss: .robust(threshold: 1)),
  ]

  func solve(
    _ data: borrowing Synthetic, _ problem: Case, form: Configuration.Form
  ) throws -> (weights: [[Double]], objective: Double, optimality: Double) {
    var configuration = Configuration()
    configuration.lambda = problem.lambda
    configuration.selfConnections = problem.selfConnections
    configuration.form = form
    configuration.tolerance = 1e-10
    configuration.iterations = 3000
    let ready = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    let result = try ready.fit(
      loss: problem.loss.fitted, alpha: [Double](repeating: 0.1, count: problem.neurons),
      configuration: configuration,
      group: SingleRank(), threads: 2, phases: Phases())
    #expect(result.form == form)
    return (
      allWeights(result), result.objective.last ?? .nan,
      result.diagnostics.optimality.max() ?? .nan
    )
  }

  @Test(arguments: cases)
  func primalAndDualAgree(problem: Case) throws {
    let data = try Synthetic(
      neurons: problem.neurons, frames: problem.frames, inputs: problem.inputs)
    let primal = try solve(data, problem, form: .primal)
    let dual = try solve(data, problem, form: .dual)
    #expect(abs(primal.objective - dual.objective) <= 1e-8 * primal.objective)
    #expect(relativeError(primal.weights.flatMap { $0 }, dual.weights.flatMap { $0 }) < 1e-5)
  }

  @Test(arguments: cases, [Configuration.Form.primal, .dual])
  func agreesWithADenseNewtonSolver(problem: Case, form: Configuration.Form) throws {
    let data = try Synthetic(
      neurons: problem.neurons, frames: problem.frames, inputs: problem.inputs)
    let found = try solve(data, problem, form: form)
    let samples = problem.frames - 1
    // Inputs are divided by their root mean square, as the ridge sees them.
    let scales = (0..<problem.inputs).map { k in
      ((0..<samples).reduce(0) { $0 + data.inputs[k, $1] * data.inputs[k, $1] }
        / Double(samples)).squareRoot()
    }
    let x = (0..<samples).map { t in
      (0..<problem.neurons).map { data.rates[$0, t] }
        + (0..<problem.inputs).map { data.inputs[$0, t] / scales[$0] } + [1]
    }
    for neuron in 0..<problem.neurons {
      let alpha = 0.1
      let d = (0..<samples).map { t in
        let raw = (data.rates[neuron, t + 1] - (1 - alpha) * data.rates[neuron, t]) / alpha
        return max(-(1 - 1e-6), min(1 - 1e-6, raw))
      }
      let dense = try DenseNewton(
        x: x, d: d, ridge: problem.lambda * Double(samples), loss: problem.loss,
        forbidden: problem.selfConnections ? [] : [neuron])
      #expect(dense.gradient < 1e-9)
      var expected = dense.weights
      for k in 0..<problem.inputs { expected[problem.neurons + k] /= scales[k] }
      #expect(relativeError(found.weights[neuron], expected) < 1e-6, "neuron \(neuron)")
      if !problem.selfConnections { #expect(found.weights[neuron][neuron] == 0) }
    }
  }
}

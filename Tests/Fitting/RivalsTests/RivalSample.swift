import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Networks
import Rivals
import Runtime

/// A small recording, and what rivals are given of it on one rank.
struct RivalSample: ~Copyable {
  let rates: Matrix<Double>
  let leak: Double
  var lambda = 1e-2
  var selfConnections = false
  var bias = true
  var holdout = 0.2

  /// Rates as given, neurons × frames.
  init(rates: consuming Matrix<Double>, leak: Double) {
    self.rates = rates
    self.leak = leak
  }

  /// The chaotic network of the published studies.
  init(neurons: Int, frames: Int) throws {
    var chaos = ChaoticNetwork()
    chaos.neurons = neurons
    var rates = Matrix<Double>(rows: neurons, columns: frames)
    try chaos.network(local: 0..<neurons).simulate(
      from: chaos.start, steps: frames - 1, inputs: chaos.inputSignals(frames: frames),
      noise: SimulationNoise(kind: .gaussian, input: 1e-2, output: 1e-3, seed: 3), threads: 1,
      group: SingleRank()
    ) { t, now in
      for i in now.indices { rates[i, t] = Double(now[i]) }
    }
    self.init(rates: rates, leak: 0.1)
  }

  var configuration: Configuration {
    var configuration = Configuration()
    configuration.lambda = lambda
    configuration.selfConnections = selfConnections
    configuration.bias = bias
    configuration.form = .primal
    return configuration
  }

  func leaks(_ count: Int) -> [Double] { [Double](repeating: leak, count: count) }

  /// The problem of some of the neurons, of all if nil.
  func problem(
    _ loss: RivalLoss = .pointwise(.crossEntropy), local: Range<Int>? = nil
  ) throws -> RivalProblem {
    let local = local ?? 0..<rates.rows
    let recording = PreparedRecording(
      rates: rates.view.rows(local).copy(), local: local, neurons: rates.rows,
      inputs: Matrix(rows: 0, columns: rates.columns), trialStarts: [], holdout: holdout)
    let whole = try FitProblem(recording, bias: bias, group: SingleRank(), phases: Phases())
    return RivalProblem(
      whole, loss: loss, leaks: leaks(local.count), configuration: configuration, threads: 2,
      phases: Phases())
  }

  func meter(_ problem: RivalProblem) -> QualityMeter<Double> {
    QualityMeter(
      problem.whole, leaks: leaks(problem.local.count), configuration: configuration, truth: nil,
      threads: 2)
  }

  /// What a method comes to.
  func solve(
    _ method: some RivalMethod, _ problem: RivalProblem, from start: MethodStart, iterations: Int
  ) throws -> RivalSolution {
    try method.solve(
      problem, from: start,
      recorder: MethodRecorder(
        meter(problem), limits: MethodRecorder.Limits(iterations: iterations)),
      group: SingleRank())
  }
}

/// A fit's problem written out: arrays, and the library's tanh.
struct PlainProblem {
  /// Samples × regressors, and targets neurons × samples.
  let x: [[Double]]
  let d: [[Double]]
  let ridge: Double

  init(_ sample: borrowing RivalSample) {
    let frames = sample.rates.columns
    let fitted = frames - Int((Double(frames) * sample.holdout).rounded(.down))
    var x: [[Double]] = []
    for t in 0..<(fitted - 1) {
      x.append((0..<sample.rates.rows).map { sample.rates[$0, t] } + (sample.bias ? [1] : []))
    }
    var d: [[Double]] = []
    for i in 0..<sample.rates.rows {
      d.append(
        (0..<(fitted - 1)).map { t in
          let target =
            (sample.rates[i, t + 1] - (1 - sample.leak) * sample.rates[i, t]) / sample.leak
          return max(-1 + 1e-6, min(1 - 1e-6, target))
        })
    }
    self.x = x
    self.d = d
    ridge = sample.lambda * Double(fitted - 1)
  }

  func current(_ theta: [Double], _ t: Int) -> Double {
    zip(theta, x[t]).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// `∇F` of a neuron: `Σ_t error(t, tanh s, d) x[t] + λ θ` with the derivative of the loss by s.
  func gradient(
    _ neuron: Int, _ theta: [Double], _ slope: (_ output: Double, _ d: Double) -> Double
  ) -> [Double] {
    var result = theta.map { ridge * $0 }
    for t in x.indices {
      let value = slope(tanh(current(theta, t)), d[neuron][t])
      for j in result.indices { result[j] += value * x[t][j] }
    }
    return result
  }

  /// The cross entropy above that of a perfect fit, plus ridge.
  func objective(_ neuron: Int, _ theta: [Double]) -> Double {
    var sum = ridge / 2 * theta.reduce(0) { $0 + $1 * $1 }
    for t in x.indices {
      let (s, d) = (current(theta, t), d[neuron][t])
      let z = atanh(d)
      sum += log(cosh(s)) - log(cosh(z)) - d * (s - z)
    }
    return sum
  }
}

/// A row of weights.
func row(_ matrix: borrowing Matrix<Double>, _ i: Int) -> [Double] {
  (0..<matrix.columns).map { matrix[i, $0] }
}

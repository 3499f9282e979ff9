import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Networks
import Runtime

@testable import Rivals

/// A recording of a chaotic network with an input, on one rank, as rivals take it.
struct SmallProblem {
  let problem: RivalProblem
  let configuration: Configuration
  /// The true weights, neurons × neurons.
  let truth: TrueWeights

  init(
    neurons: Int, frames: Int, alpha: Double = 0.3, loss: RivalLoss = .pointwise(.crossEntropy),
    lambda: Double = 1e-4, selfConnections: Bool = false, trialStarts: [Int] = [],
    missing: [(neuron: Int, frame: Int)] = [], constant: [Int] = []
  ) throws {
    var chaos = ChaoticNetwork()
    chaos.neurons = neurons
    chaos.inputs = 1
    chaos.gain = 2
    chaos.alpha = alpha
    chaos.seed = 5
    let network = chaos.network(local: 0..<neurons)
    let signals = chaos.inputSignals(frames: frames)
    var rates = Matrix<Double>(rows: neurons, columns: frames)
    try network.simulate(
      from: chaos.start, steps: frames - 1, inputs: signals,
      noise: SimulationNoise(kind: .gaussian, input: 0.1, output: 1e-3, seed: 5), threads: 1,
      group: SingleRank()
    ) { t, now in
      for i in now.indices { rates[i, t] = Double(now[i]) }
    }
    for place in missing { rates[place.neuron, place.frame] = .nan }
    for neuron in constant {
      for t in 0..<frames { rates[neuron, t] = 0.25 }
    }
    let recording = PreparedRecording(
      rates: rates, local: 0..<neurons, neurons: neurons,
      inputs: signals.converted(to: Double.self),
      trialStarts: trialStarts, holdout: 0)
    let whole = try FitProblem(recording, bias: true, group: SingleRank(), phases: Phases())
    let configuration = Configuration(
      lambda: lambda, selfConnections: selfConnections, bias: true, form: .auto,
      usesFeatures: false, tolerance: 1e-6, iterations: 100)
    problem = RivalProblem(
      whole, loss: loss, leaks: [Double](repeating: alpha, count: neurons),
      configuration: configuration, threads: 1, phases: Phases())
    self.configuration = configuration
    truth = TrueWeights(network.weights.converted(to: Double.self))
  }

  /// Runs a method; its log is of every iteration up to the tenth.
  func solve(
    _ method: some RivalMethod, from start: MethodStart, iterations: Int
  ) throws -> RivalSolution {
    let meter = QualityMeter(
      problem.whole, leaks: problem.leaks, configuration: configuration, truth: truth, threads: 1)
    return try method.solve(
      problem, from: start, recorder: MethodRecorder(meter, limits: .init(iterations: iterations)),
      group: SingleRank())
  }
}

extension MethodStart {
  /// No weights.
  static var zero: MethodStart { .random(scale: 0, seed: 1) }
}

import CORNN
import Collectives
import LinearAlgebra
import Networks

/// A recording of the chaotic network, and the network, on one rank.
struct Synthetic: ~Copyable {
  let chaos: ChaoticNetwork
  let network: RateNetwork<Float>
  var rates: Matrix<Double>
  let inputs: Matrix<Double>

  init(
    neurons: Int, frames: Int, inputs: Int = 0, seed: UInt64 = 1,
    noise: SimulationNoise.Kind = .gaussian
  ) throws {
    var chaos = ChaoticNetwork()
    chaos.neurons = neurons
    chaos.inputs = inputs
    chaos.seed = seed
    network = chaos.network(local: 0..<neurons)
    let signals = chaos.inputSignals(frames: frames)
    var rates = Matrix<Double>(rows: neurons, columns: frames)
    try network.simulate(
      from: chaos.start, steps: frames - 1, inputs: signals,
      noise: SimulationNoise(kind: noise, input: 1e-2, output: 1e-3, seed: seed),
      threads: 1, group: SingleRank()
    ) { t, now in
      for i in now.indices { rates[i, t] = Double(now[i]) }
    }
    self.chaos = chaos
    self.rates = rates
    self.inputs = signals.converted(to: Double.self)
  }

  func recording(
    local: Range<Int>? = nil, holdout: Double = 0, trialStarts: [Int] = []
  ) -> PreparedRecording<Double> {
    let range = local ?? 0..<rates.rows
    return PreparedRecording(
      rates: rates.view.rows(range).copy(), local: range, neurons: rates.rows,
      inputs: inputs.copy(), trialStarts: trialStarts, holdout: holdout)
  }
}

/// The weights of all neurons of this rank, neurons × regressors.
func allWeights<S: Scalar & Transferable>(_ fit: borrowing Fit<S>) -> [[Double]] {
  var rows: [[Double]] = []
  for block in 0..<fit.blocks {
    let weights = fit.weights(ofBlock: block)
    for i in 0..<weights.rows { rows.append((0..<weights.columns).map { Double(weights[i, $0]) }) }
  }
  return rows
}

/// Pearson's correlation.
func pearson(_ a: [Double], _ b: [Double]) -> Double {
  let n = Double(a.count)
  let meanA = a.reduce(0, +) / n
  let meanB = b.reduce(0, +) / n
  var ab = 0.0
  var aa = 0.0
  var bb = 0.0
  for i in a.indices {
    ab += (a[i] - meanA) * (b[i] - meanB)
    aa += (a[i] - meanA) * (a[i] - meanA)
    bb += (b[i] - meanB) * (b[i] - meanB)
  }
  return ab / (aa * bb).squareRoot()
}

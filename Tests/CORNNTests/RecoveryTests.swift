import CORNN
import Collectives
import LinearAlgebra
import Networks
import Testing

@Suite struct RecoveryTests {
  @Test func recoversConnectivity() throws {
    var chaos = ChaoticNetwork()
    chaos.neurons = 500
    let frames = 5000
    let network = chaos.network(local: 0..<chaos.neurons)
    var rates = Matrix<Double>(rows: chaos.neurons, columns: frames)
    let group = SingleRank()
    let clock = ContinuousClock()
    let t0 = clock.now
    try network.simulate(
      from: chaos.start, steps: frames - 1, inputs: chaos.inputSignals(frames: frames),
      noise: chaos.noiseSource, threads: 1, group: group
    ) { t, r in for i in r.indices { rates[i, t] = Double(r[i]) } }
    print("generate", clock.now - t0)
    var most = 0.0
    for i in 0..<chaos.neurons { for t in 0..<frames { most = max(most, abs(rates[i, t])) } }
    print("most", most)
    let recording = PreparedRecording(
      rates: rates, local: 0..<chaos.neurons, neurons: chaos.neurons,
      inputs: Matrix(rows: 0, columns: 0), trialStarts: [], holdout: 0.2)
    for tolerance in [1e-2, 1e-3, 1e-4] {
      var configuration = Configuration()
      configuration.lambda = 1e-5
      configuration.tolerance = tolerance
      let phases = Phases()
      let result = try fit(
        recording, loss: .crossEntropy, configuration: configuration, group: group, threads: 2,
        phases: phases)
      var a: [Double] = []
      var b: [Double] = []
      for block in 0..<result.blocks {
        let w = result.weights(ofBlock: block)
        for (k, i) in result.neurons(ofBlock: block).enumerated() {
          for j in 0..<chaos.neurons where j != i {
            a.append(w[k, j])
            b.append(Double(network.weights[i, j]))
          }
        }
      }
      print(
        tolerance, result.form, "pearson", pearson(a, b), result.objective.count,
        result.objective.last ?? 0)
      for p in phases.all { print(p.name, p.seconds, p.flops / 1e9 / p.seconds) }
      print(
        "opt", result.diagnostics.optimality.max() ?? 0, "its",
        result.diagnostics.iterations.max() ?? 0,
        "stalled", result.diagnostics.outcome.filter { $0 == .stalled }.count)
      let mean = { (x: [Double]) in x.reduce(0, +) / Double(x.count) }
      print(
        "mse", mean(result.scores.mse), mean(result.scores.persistence), mean(result.scores.linear),
        "clip", mean(result.diagnostics.clipped))
    }
  }
}

func pearson(_ a: [Double], _ b: [Double]) -> Double {
  let n = Double(a.count)
  let ma = a.reduce(0, +) / n
  let mb = b.reduce(0, +) / n
  var ab = 0.0, aa = 0.0, bb = 0.0
  for i in a.indices {
    ab += (a[i] - ma) * (b[i] - mb)
    aa += (a[i] - ma) * (a[i] - ma)
    bb += (b[i] - mb) * (b[i] - mb)
  }
  return ab / (aa * bb).squareRoot()
}

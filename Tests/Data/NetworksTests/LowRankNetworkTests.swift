import Collectives
import LinearAlgebra
import Networks
import Testing

/// Networks of low rank: the dynamics are those of their W, and neither die nor saturate.
struct LowRankNetworkTests {
  @Test func runsAsTheNetworkWithTheProductOfItsFactors() throws {
    var design = RotationalNetwork()
    design.neurons = 60
    design.rank = 8
    design.inputs = 2
    let network = design.network(local: 0..<60, localLatents: 0..<8)
    let whole = RateNetwork(
      local: 0..<60, neurons: 60, weights: product(network.loadings.view, network.readouts.view),
      inputWeights: network.inputWeights.copy(), bias: [Float](repeating: 0, count: 60),
      alpha: network.alpha)
    // Turning is not chaos within a few periods: rounding stays small.
    let frames = 100
    let inputs = slowSignals(count: 2, frames: frames, alpha: 0.1, seed: 1)
    let rates = try trajectory(of: network, inputs: inputs, frames: frames)
    let expected = try trajectory(of: whole, inputs: inputs, frames: frames)
    for t in 0..<frames {
      for i in 0..<60 { #expect(abs(rates[t][i] - expected[t][i]) < 1e-4, "frame \(t)") }
    }
  }

  /// What drives the neurons lies in as many dimensions as W has rank, all of them used.
  @Test func currentsWithoutNoiseHaveTheRankOfW() throws {
    var design = RotationalNetwork()
    design.neurons = 80
    design.rank = 6
    let network = design.network(local: 0..<80, localLatents: 0..<6)
    let frames = 400
    let rates = try trajectory(
      of: network, inputs: Matrix(rows: 0, columns: frames), frames: frames)
    var currents = Matrix<Double>(rows: frames - 1, columns: 80)
    for t in 1..<frames {
      let none = Matrix<Float>(rows: 0, columns: frames)
      let now = try network.currents(
        of: rates[t - 1], inputs: none, step: t - 1, threads: 1, group: SingleRank())
      for i in 0..<80 { currents[t - 1, i] = Double(now[i]) }
    }
    let gram = product(currents.view.transposed, currents.view)
    let values = GeneralEigen(gram).values.map(\.real).sorted(by: >)
    #expect(values[5] > 1e-4 * values[0], "\(values.prefix(7))")
    #expect(values[6] < 1e-9 * values[0], "\(values.prefix(7))")
  }

  @Test(arguments: [(200, 2), (200, 20), (300, 100)], [UInt64(1), 2, 3])
  func ratesNeitherDieNorSaturate(size: (neurons: Int, rank: Int), seed: UInt64) throws {
    var design = RotationalNetwork()
    design.neurons = size.neurons
    design.rank = size.rank
    design.seed = seed
    let network = design.network(local: 0..<size.neurons, localLatents: 0..<size.rank)
    let frames = 1000
    let rates = try trajectory(
      of: network, inputs: Matrix(rows: 0, columns: frames), frames: frames, seed: seed)
    let late = rates.suffix(frames / 2)
    var spread = 0.0
    for i in 0..<size.neurons {
      let own = late.map { Double($0[i]) }
      let mean = own.reduce(0, +) / Double(own.count)
      let square = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count)
      spread += square.squareRoot() / Double(size.neurons)
    }
    #expect(spread > 0.2 && spread < 0.8, "standard deviation \(spread)")
    let saturated = late.joined().count { abs($0) > 0.99 }
    #expect(saturated < frames / 2 * size.neurons / 50)
  }

  /// Frames of rates; with a seed as noisy as the program's by default.
  private func trajectory(
    of network: borrowing some RateDynamics<Float> & ~Copyable, inputs: borrowing Matrix<Float>,
    frames: Int, seed: UInt64? = nil
  ) throws -> [[Float]] {
    let noise = seed.map { SimulationNoise(kind: .gaussian, input: 1e-2, output: 1e-3, seed: $0) }
    var states: [[Float]] = []
    try network.simulate(
      from: randomRates(count: network.neurons, seed: seed ?? 1), steps: frames - 1,
      inputs: inputs, noise: noise, threads: 1, group: SingleRank()
    ) { _, rates in states.append(rates) }
    return states
  }
}

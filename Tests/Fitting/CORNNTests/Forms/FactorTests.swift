import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

/// The factors in which a large network is stored.
@Suite struct FactorTests {
  @Test(arguments: [false, true])
  func sampleCoefficientsTimesRatesAreTheWeights(selfConnections: Bool) throws {
    let neurons = 150
    let data = try Synthetic(neurons: neurons, frames: 60, inputs: 1)
    var configuration = Configuration()
    configuration.form = .dual
    configuration.selfConnections = selfConnections
    let ready = try FitProblem(data.recording(), bias: true, group: SingleRank(), phases: Phases())
    let fit = try ready.fit(
      loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: neurons),
      configuration: configuration, group: SingleRank(), threads: 2, phases: Phases())
    #expect(fit.blocks > 1)
    let expected = allWeights(fit)
    let frames = fit.transitions.frames
    for block in 0..<fit.blocks {
      let b = fit.sampleCoefficients(ofBlock: block)
      let external = fit.weights(ofBlock: block, from: neurons..<(neurons + 2))
      for (i, neuron) in fit.rows(ofBlock: block).enumerated() {
        var row = (0..<neurons).map { j in
          frames.indices.reduce(0.0) { $0 + b[i, $1] * data.rates[j, frames[$1]] }
        }
        if !selfConnections { row[neuron] = 0 }
        #expect(relativeError(row, Array(expected[neuron].prefix(neurons))) < 1e-10)
        let own = [external[i, 0], external[i, 1]]
        #expect(relativeError(own, Array(expected[neuron].suffix(2))) < 1e-12)
      }
    }
  }
}

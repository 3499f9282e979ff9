import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Networks
import Runtime
import Testing

@Suite struct RecoveryTests {
  /// Cross-entropy at weak ridge recovers the connectivity of 500 neurons from 5,000
  /// frames; the published map reaches about 0.6.
  @Test func recoversTheConnectivityOfAChaoticNetwork() throws {
    let data = try Synthetic(neurons: 500, frames: 5000)
    var configuration = Configuration()
    configuration.lambda = 1e-5
    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    let result = try problem.fit(
      loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: 500),
      configuration: configuration, group: SingleRank(),
      threads: 2, phases: Phases())
    let weights = allWeights(result)
    var found: [Double] = []
    var truth: [Double] = []
    for i in 0..<500 {
      #expect(weights[i][i] == 0)
      for j in 0..<500 where j != i {
        found.append(weights[i][j])
        truth.append(Double(data.network.weights[i, j]))
      }
    }
    #expect(pearson(found, truth) >= 0.93)
  }
}

import CORNN
import Collectives
import LinearAlgebra
import Networks
import Testing

@Suite struct RecoveryTests {
  /// Cross-entropy at weak ridge recovers the connectivity of 500 neurons from 5,000
  /// frames; the published map reaches about 0.6.
  @Test func recoversTheConnectivityOfAChaoticNetwork() throws {
    let data = try Synthetic(neurons: 500, frames: 5000)
    var configuration = Configuration()
    configuration.lambda = 1e-5
    let result = try fit(
      data.recording(), loss: .crossEntropy, configuration: configuration, group: SingleRank(),
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

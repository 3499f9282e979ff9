internal import CORNN
internal import Collectives
internal import LinearAlgebra

extension RivalProblem {
  /// F of each of this rank's neurons, by its own loss.
  func objectives(of weights: borrowing Matrix<Double>) throws -> [Double] {
    let panels = NeuronPanel.all(of: self, weights, samples: samples)
    let losses = try parallelMap(count: panels.count, threads: threads) { k in
      panels[k].takeScores(
        loss, at: whole.regressors.fitted.matrix, targets: targets, headroom: headroom
      ).map(\.loss)
    }
    return losses.flatMap { $0 }.enumerated().map { i, loss in
      loss + ridge / 2 * weights.dot(i, weights, i)
    }
  }
}

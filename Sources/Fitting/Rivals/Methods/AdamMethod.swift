internal import CORNN
package import Collectives
package import LinearAlgebra
internal import RandomNumbers

/// Adam on the mean loss of each neuron, ridge included; one step an iteration.
///
/// The gradient is that of all transitions, or of some of them drawn without repetition in each
/// pass, the same on every rank.
/// Reference: Kingma, Ba (2015).
package struct AdamMethod: RivalMethod {
  /// η > 0.
  let learningRate: Double
  /// Transitions a step; 0: all.
  let minibatch: Int
  let seed: UInt64

  /// `learningRate` > 0; `minibatch` transitions a step, 0 for all; `seed` of their order.
  package init(learningRate: Double, minibatch: Int = 0, seed: UInt64 = 1) {
    self.learningRate = learningRate
    self.minibatch = minibatch
    self.seed = seed
  }

  package func improve(
    _ weights: inout Matrix<Double>, of problem: RivalProblem, recorder: MethodRecorder,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let isWhole = minibatch == 0 || minibatch >= problem.samples
    let size = isWhole ? problem.samples : minibatch
    let panels = NeuronPanel.all(of: problem, weights, samples: size)
    let steps = panels.map { PanelAdam($0, learningRate: learningRate) }
    let order = TransitionOrder(samples: problem.samples, size: size, seed: seed)
    while try recorder.goesOn(from: weights, on: group) {
      let batch = isWhole ? nil : TransitionBatch(order.batch(at: recorder.iteration), of: problem)
      _ = try parallelMap(count: panels.count, threads: problem.threads) { k in
        if let batch {
          panels[k].takeDescent(
            problem.loss, at: batch.regressors, targets: batch.targets, headroom: batch.headroom)
        } else {
          panels[k].takeDescent(
            problem.loss, at: problem.whole.regressors.fitted.matrix, targets: problem.targets,
            headroom: problem.headroom)
        }
        // The ridge is of all transitions, and so its share in the mean.
        panels[k].step(
          steps[k], decay: problem.ridge / Double(problem.samples), scale: 1 / Double(size),
          excluding: problem.excluded)
      }
      for panel in panels { weights.take(panel) }
    }
  }
}

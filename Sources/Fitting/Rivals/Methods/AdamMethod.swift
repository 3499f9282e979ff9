internal import CORNN
package import Collectives
package import LinearAlgebra
internal import RandomNumbers

/// Adam on the mean loss of each neuron, ridge included; one step an iteration.
///
/// ```
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η (m / (1 − β₁ᵏ)) / (√(v / (1 − β₂ᵏ)) + ε)
/// ```
/// The gradient is that of all transitions, or of some of them drawn without repetition in each
/// pass, the same on every rank.
/// Reference: Kingma, Ba (2015).
package struct AdamMethod: RivalMethod {
  /// η > 0.
  let learningRate: Double
  /// Transitions a step; 0: all.
  let minibatch: Int
  let seed: UInt64

  /// β₁, β₂ and ε of the paper.
  private static let decays = (first: 0.9, second: 0.999)
  private static let epsilon = 1e-8

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
    let moments = panels.map { Moments(rows: $0.rows.count, columns: problem.regressors) }
    let order = TransitionOrder(samples: problem.samples, size: size, seed: seed)
    while try recorder.goesOn(from: weights, on: group) {
      let step = recorder.iteration + 1
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
        advance(panels[k], moments[k], problem, step: step, samples: size)
      }
      for panel in panels { weights.take(panel) }
    }
  }

  /// First and second moments of a panel's gradients.
  private final class Moments {
    var first: Matrix<Double>
    var second: Matrix<Double>

    init(rows: Int, columns: Int) {
      first = Matrix(rows: rows, columns: columns)
      second = Matrix(rows: rows, columns: columns)
    }
  }

  /// One step of a panel's weights.
  private func advance(
    _ panel: NeuronPanel, _ moments: Moments, _ problem: RivalProblem, step: Int, samples: Int
  ) {
    let scale = 1 / Double(samples)
    // The ridge is of all transitions.
    let decay = problem.ridge / Double(problem.samples)
    let corrections = (
      first: 1 - power(Self.decays.first, step), second: 1 - power(Self.decays.second, step)
    )
    for (i, neuron) in panel.rows.enumerated() where problem.isFitted[neuron] {
      var first = moments.first.mutableRow(i)
      var second = moments.second.mutableRow(i)
      let own = problem.excluded(neuron)
      panel.update(row: i) { theta, descent in
        for j in 0..<theta.count where j != own {
          let g = decay * theta[j] - scale * descent[j]
          let m = Self.decays.first * first[j] + (1 - Self.decays.first) * g
          let v = Self.decays.second * second[j] + (1 - Self.decays.second) * g * g
          first[j] = m
          second[j] = v
          theta[j] -=
            learningRate * (m / corrections.first)
            / ((v / corrections.second).squareRoot() + Self.epsilon)
        }
      }
    }
  }
}

/// `base ^ exponent` for a whole exponent.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}

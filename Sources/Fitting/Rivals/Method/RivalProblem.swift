package import CORNN
package import Collectives
package import LinearAlgebra
package import Runtime

/// What a rival is given: this rank's share of a fit, in float64.
///
/// `d_i[t] = (r_i[t+1] − (1 − α_i) r_i[t]) / α_i` are the targets of neuron i and x[t] the
/// regressors of all; a method that follows the network through time has the rates besides.
package final class RivalProblem {
  /// The recording, the transitions, and the regressors shared on each node.
  package let whole: FitProblem<Double>
  /// What is minimised, of a neuron and transition.
  package let loss: RivalLoss
  /// `λ = lambda · T` of the penalty `λ / 2 · ‖θ‖²`.
  package let ridge: Double
  package let excludesSelf: Bool
  /// The leak of each of this rank's neurons.
  package let leaks: [Double]
  /// Whether this rank's neuron is fitted; else its targets are missing and its weights zero.
  package let isFitted: [Bool]
  /// `z = artanh d`, local neurons × transitions; NaN where missing.
  package let targets: Matrix<Double>
  /// `(1 − |d|) / 2` of them, or minus what they lie beyond ±1.
  package let headroom: Matrix<Double>
  package let threads: Int
  /// Where the time goes.
  package let phases: Phases
  private var products: PrimalGram<Double>?

  /// - Parameters:
  ///   - whole: the recording, ready to be fitted.
  ///   - loss: what is minimised.
  ///   - leaks: of each of this rank's neurons.
  ///   - configuration: the ridge per frame, the margin of the targets, self-connections.
  ///   - threads: panels of neurons that are worked on at a time.
  ///   - phases: the run's.
  package init(
    _ whole: FitProblem<Double>, loss: RivalLoss, leaks: [Double], configuration: Configuration,
    threads: Int, phases: Phases
  ) {
    self.whole = whole
    self.loss = loss
    self.leaks = leaks
    self.threads = threads
    self.phases = phases
    ridge = whole.transitions.ridge(lambda: configuration.lambda)
    excludesSelf = !configuration.selfConnections
    let (count, samples) = (whole.regressors.local.count, whole.transitions.count)
    var isFitted = [Bool](repeating: false, count: count)
    var targets = Matrix<Double>(rows: count, columns: samples)
    var headroom = Matrix<Double>(rows: count, columns: samples)
    for i in whole.fittable { isFitted[i] = true }
    for i in 0..<count {
      if isFitted[i] {
        targets.setTargets(
          row: i, configuration.targets(alpha: leaks[i]), headroom: &headroom,
          of: whole.recording, at: whole.transitions)
      } else {
        targets.fillRow(i, with: .nan)
        headroom.fillRow(i, with: .nan)
      }
    }
    self.isFitted = isFitted
    self.targets = targets
    self.headroom = headroom
  }

  /// This rank's neurons, among all.
  package var local: Range<Int> { whole.regressors.local }
  /// Regressors: columns of θ.
  package var regressors: Int { whole.regressors.count }
  /// Fitted transitions.
  package var samples: Int { whole.transitions.count }

  /// The column of a local neuron's own weight, where it must stay zero.
  package func excluded(_ neuron: Int) -> Int? {
    excludesSelf ? local.lowerBound + neuron : nil
  }

  /// The products `X Xᵀ` of the regressors, taken when they are first asked for.
  ///
  /// - Collective: every rank of `group` must call it.
  package func gram(on group: borrowing some RankGroup & ~Copyable) throws -> PrimalGram<Double> {
    if let products { return products }
    let products = try PrimalGram(whole.regressors, group: group, phases: phases)
    self.products = products
    return products
  }

  /// This rank's neurons in panels that are worked on side by side, as many for each thread.
  package var panels: [Range<Int>] {
    let width = PanelWidth.rows(of: local.count, samples: samples, threads: threads)
    return stride(from: 0, to: local.count, by: width).map { $0..<min($0 + width, local.count) }
  }
}

package import CORNN
package import Collectives
internal import Evaluation
internal import Kernels
package import LinearAlgebra

/// Measures weights of the neurons of all ranks.
package struct QualityMeter<S: Scalar & Transferable> {
  private let problem: FitProblem<S>
  private let rules: [TargetRule]
  private let ridge: Double
  private let threads: Int
  private let truth: TrueWeights?

  /// Neurons whose currents are in memory at a time.
  private static var rowsAtOnce: Int { 64 }

  /// - Parameters:
  ///   - problem: the recording.
  ///   - leaks: of each of this rank's neurons.
  ///   - configuration: the ridge per frame and the margin of the targets.
  ///   - truth: the true weights of this rank's neurons; nil where they are not known.
  ///   - threads: threads of this rank.
  package init(
    _ problem: FitProblem<S>, leaks: [Double], configuration: Configuration,
    truth: TrueWeights?, threads: Int
  ) {
    self.problem = problem
    self.truth = truth
    self.threads = threads
    rules = leaks.map { configuration.targets(alpha: $0) }
    ridge = problem.transitions.ridge(lambda: configuration.lambda)
  }

  /// What a block of neurons adds to the sums.
  private struct Sums {
    var objective = 0.0
    var error = 0.0
    var persistence = 0.0
  }

  /// Measures θ, local neurons × regressors by their scale.
  ///
  /// - Complexity: `2 M (T + T_h)` flops a neuron, for M regressors.
  /// - Collective: every rank of `group` must call it.
  package func measure(
    _ weights: borrowing Matrix<Double>, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Quality {
    let fittable = problem.fittable
    let blocks = stride(from: 0, to: fittable.count, by: Self.rowsAtOnce).map {
      fittable[$0..<min($0 + Self.rowsAtOnce, fittable.count)]
    }
    let parts = try parallelMap(count: blocks.count, threads: threads) {
      sums(of: Array(blocks[$0]), weights)
    }
    var totals = [0.0, 0, 0]
    for part in parts {
      totals[0] += part.objective
      totals[1] += part.error
      totals[2] += part.persistence
    }
    try group.sum(&totals)
    return Quality(
      objective: totals[0], error: totals[2] > 0 ? totals[1] / totals[2] : .nan,
      weightCorrelation: try correlation(weights, on: group))
  }

  private func sums(of neurons: [Int], _ weights: borrowing Matrix<Double>) -> Sums {
    var own = Matrix<Double>(rows: neurons.count, columns: weights.columns)
    for (i, neuron) in neurons.enumerated() { own.copyRow(i, from: weights, neuron) }
    var sums = Sums()
    let currents = currents(own, problem.regressors.fitted.matrix)
    for (i, neuron) in neurons.enumerated() {
      sums.objective += deviance(neuron, currents.row(i)) + ridge / 2 * own.dot(i, own, i)
    }
    guard problem.heldOut.count > 0 else { return sums }
    var drive = self.currents(own, problem.regressors.heldOut.matrix)
    var elements = drive.mutableElements
    applyTanh(to: &elements)
    let rounded = drive.converted(to: S.self)
    for (i, neuron) in neurons.enumerated() where !problem.unscored.contains(neuron) {
      let score = score(neuron, of: problem.recording, drive: rounded.row(i))
      guard score.persistence.isFinite else { continue }
      sums.error += score.mse
      sums.persistence += score.persistence
    }
    return sums
  }

  private func score(
    _ neuron: Int, of recording: borrowing PreparedRecording<S>, drive: Span<S>
  ) -> NeuronScore {
    NeuronScore(
      rates: recording.rates.row(neuron), transitions: problem.heldOut, alpha: rules[neuron].alpha,
      drive: drive)
  }

  /// `θ X`, taken in float64.
  private func currents(
    _ weights: borrowing Matrix<Double>, _ regressors: borrowing Matrix<S>
  ) -> Matrix<Double> {
    var result = Matrix<Double>(rows: weights.rows, columns: regressors.columns)
    var target = result.mutableView
    multiplyWidening(weights.view, regressors.view, into: &target)
    return result
  }

  /// The cross entropy of a neuron, less that of a perfect fit.
  private func deviance(_ neuron: Int, _ currents: Span<Double>) -> Double {
    let count = currents.count
    var targets = Matrix<Double>(rows: 1, columns: count)
    var headroom = Matrix<Double>(rows: 1, columns: count)
    var scores = Matrix<Double>(rows: 1, columns: count)
    var curvatures = Matrix<Double>(rows: 1, columns: count)
    targets.setTargets(
      row: 0, neuron: neuron, rules[neuron], headroom: &headroom, of: problem.recording,
      at: problem.transitions)
    var e = scores.mutableRow(0)
    var h = curvatures.mutableRow(0)
    return PointwiseLoss.crossEntropy.score(
      targets: targets.row(0), headroom: headroom.row(0), activations: currents, into: &e,
      curvatures: &h
    ).loss
  }

  private func correlation(
    _ weights: borrowing Matrix<Double>, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Double {
    guard let truth else { return .nan }
    var agreement = WeightAgreement()
    let neurons = problem.regressors.neurons
    for i in 0..<weights.rows {
      agreement.add(
        i, weights, truth.matrix, neurons: neurons,
        leavingOut: problem.regressors.local.lowerBound + i)
    }
    try agreement.reduce(over: group)
    return agreement.pearson
  }
}

/// The true weights onto this rank's neurons, local neurons × neurons.
package final class TrueWeights {
  package let matrix: Matrix<Double>

  package init(_ matrix: consuming Matrix<Double>) { self.matrix = matrix }
}

extension WeightAgreement {
  /// Adds row i of the weights from neurons.
  fileprivate mutating func add(
    _ i: Int, _ weights: borrowing Matrix<Double>, _ truth: borrowing Matrix<Double>, neurons: Int,
    leavingOut own: Int
  ) {
    add(weights.row(i).extracting(0..<neurons), truth.row(i), leavingOut: own)
  }
}

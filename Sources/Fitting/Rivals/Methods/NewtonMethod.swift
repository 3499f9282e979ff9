internal import CORNN
package import Collectives
internal import Kernels
package import LinearAlgebra

/// Newton's method with a line search, neuron by neuron: the Hessian `X diag(φ″) Xᵀ + λ I` of
/// each is factorised in every iteration.
///
/// It is the dear rival: `M² T + M³ / 3` flops a neuron and iteration, for M regressors and T
/// transitions, where the fit takes `4 M T + 2 M²`; and few iterations. With the weighted loss
/// dropped samples have no curvature, and the line search sees their constant loss.
package struct NewtonMethod: RivalMethod {
  /// The decrement over the length of the currents from which on a neuron is solved.
  let tolerance: Double

  /// `tolerance` is that of the fit's relative optimality residual, which this bounds in practice.
  package init(tolerance: Double = 1e-4) { self.tolerance = tolerance }

  package func improve(
    _ weights: inout Matrix<Double>, of problem: RivalProblem, recorder: MethodRecorder,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    guard case .pointwise(let loss) = problem.loss else {
      preconditionFailure("Newton's method is for convex losses and the weighted one")
    }
    var open = problem.isFitted.indices.filter { problem.isFitted[$0] }
    while try recorder.goesOn(from: weights, isDone: open.isEmpty, on: group) {
      // A factor that does not exist on one rank ends all.
      let steps = try group.agree {
        try parallelMap(count: open.count, threads: problem.threads) {
          try step(of: open[$0], weights, problem, loss)
        }
      }
      for (neuron, step) in zip(open, steps) {
        weights.copyRow(neuron, from: step.weights, 0)
      }
      open = zip(open, steps).filter { !$1.isLast }.map(\.0)
    }
  }

  /// Where a step of a neuron leads.
  private final class Step: Sendable {
    let weights: Matrix<Double>
    let isLast: Bool

    init(_ weights: consuming Matrix<Double>, isLast: Bool) {
      self.weights = weights
      self.isLast = isLast
    }
  }

  private func step(
    of neuron: Int, _ weights: borrowing Matrix<Double>, _ problem: RivalProblem,
    _ loss: PointwiseLoss
  ) throws -> Step {
    var theta = weights.copy(rows: neuron..<(neuron + 1))
    var line = NeuronLine(theta, neuron, problem, loss)
    let gradient = line.descent(theta)
    let direction = try line.newtonDirection(gradient)
    let decrement = gradient.dot(0, direction, 0)
    let isNear = decrement <= tolerance * tolerance / 4 * line.currentSquared
    let length = line.search(direction, from: theta, slope: decrement)
    if length > 0 { theta.add(length, direction, 0, toRow: 0) }
    return Step(theta, isLast: isNear || length == 0)
  }
}

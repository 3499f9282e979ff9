package import Collectives
package import LinearAlgebra

/// What a method came to, and how.
package struct RivalSolution: ~Copyable {
  /// Local neurons × regressors by their scale.
  package let weights: Matrix<Double>
  package let log: MethodLog
  /// Iterations done.
  package let iterations: Int
}

extension RivalMethod {
  /// Runs the method from a start, which is on its clock.
  ///
  /// - Throws: what the method and `group` throw.
  /// - Collective: every rank of `group` must call it.
  package func solve(
    _ problem: RivalProblem, from start: MethodStart, recorder: MethodRecorder,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> RivalSolution {
    recorder.startClock()
    var weights = try start.weights(of: problem, group: group)
    try improve(&weights, of: problem, recorder: recorder, group: group)
    recorder.settle(&weights)
    return RivalSolution(weights: weights, log: recorder.log, iterations: recorder.iteration)
  }
}

package import Collectives
package import LinearAlgebra

/// A way to improve the weights of a fit: one file a method.
///
/// It is given what the fit is given, by `RivalProblem`, and weights to start from; it ends where
/// the recorder says so:
/// ```swift
/// while try recorder.goesOn(from: weights, on: group) {
///   // one iteration, of which `recorder.iteration` is the number, from 0
/// }
/// ```
package protocol RivalMethod: Sendable {
  /// Improves θ, local neurons × regressors, until the recorder ends it.
  ///
  /// Row i belongs to this rank's neuron i; a row of a neuron that is left out is zero and stays
  /// so, and so does the own weight of a neuron where the problem excludes self-connections. The
  /// columns are the regressors: neurons, inputs by their scale, bias.
  ///
  /// - Throws: what `group` throws; `FitError` where a factor does not exist.
  /// - Collective: every rank of `group` must call it.
  func improve(
    _ weights: inout Matrix<Double>, of problem: RivalProblem, recorder: MethodRecorder,
    group: borrowing some RankGroup & ~Copyable
  ) throws
}

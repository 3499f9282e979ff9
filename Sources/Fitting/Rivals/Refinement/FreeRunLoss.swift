internal import CORNN
internal import Collectives
internal import LinearAlgebra

/// The error of free runs of 1 to H frames over that of persistence (``FreeRunFrames``), and its
/// gradient back through time.
///
/// - Complexity: see `UnrolledNetwork`; H frames of a window each start.
struct FreeRunLoss: ~Copyable {
  private var network: UnrolledNetwork
  private let forced: [[Bool]]

  /// Runs from some frames.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    _ problem: FitProblem<Double>, from frames: consuming FreeRunFrames,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let regressors = problem.regressors
    forced = frames.windows.forced(share: 0, seed: 0, iteration: 0)
    network = try UnrolledNetwork(
      windows: frames.windows, loss: .squaredError, alpha: regressors.local.map { _ in 1 },
      local: regressors.local, neurons: regressors.neurons, regressors: regressors.fitted.matrix,
      next: frames.next.copy(), group: group)
    network.stepWeights = frames.stepWeights
  }

  /// L; the same on every rank.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func value(
    of refined: borrowing RefinedNetwork, group: borrowing some RankGroup & ~Copyable
  ) throws -> Double {
    network.alpha = refined.leaks
    return try group.sum(network.run(weights: refined.weights, forced: forced, group: group))
  }

  /// The derivatives of L by this rank's weights and leaks.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func gradient(
    of refined: borrowing RefinedNetwork, group: borrowing some RankGroup & ~Copyable
  ) throws -> UnrolledNetwork.Gradient {
    network.alpha = refined.leaks
    _ = try network.run(weights: refined.weights, forced: forced, group: group)
    return try network.gradient(weights: refined.weights, forced: forced, group: group)
  }
}

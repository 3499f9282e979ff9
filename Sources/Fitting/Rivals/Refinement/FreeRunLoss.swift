internal import CORNN
internal import Collectives
internal import LinearAlgebra

/// The error of free runs of 1 to H frames over that of persistence, and its gradient.
///
/// ```
/// L = 1/H Σ_h e_h / p_h,   e_h = Σ (r̂[t+h] − r[t+h])²,   p_h = Σ (r[t] − r[t+h])²
/// ```
/// The sums are over all neurons and over start frames t, from which the network runs by itself
/// under the recorded inputs, never across the border of a trial.
///
/// - Complexity: see `UnrolledNetwork`; H frames of a window each start.
struct FreeRunLoss: ~Copyable {
  private var network: UnrolledNetwork
  private let forced: [[Bool]]

  /// Runs from up to `most` frames, spread evenly over some transitions by position; nil if no
  /// `horizon` of them follow each other.
  ///
  /// - Collective: every rank of `group` must call it.
  init?(
    _ problem: FitProblem<Double>, at positions: [Int], horizon: Int, most: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let starts = problem.transitions.starts(among: positions, length: horizon, most: most)
    guard !starts.isEmpty else { return nil }
    let regressors = problem.regressors
    var isFitted = [Bool](repeating: false, count: regressors.local.count)
    for neuron in problem.fittable { isFitted[neuron] = true }
    let next = problem.following(isFitted: isFitted)
    let windows = Windows(starts: starts, length: horizon)
    let persistence = try Self.persistence(
      regressors.fitted.matrix, regressors.local, next, starts, horizon: horizon, group: group)
    network = try UnrolledNetwork(
      windows: windows, loss: .squaredError, alpha: isFitted.map { _ in 1 },
      local: regressors.local, neurons: regressors.neurons, regressors: regressors.fitted.matrix,
      next: next, group: group)
    // The squared error of the network is halved.
    network.stepWeights = persistence.map { $0 > 0 ? 2 / ($0 * Double(horizon)) : 0 }
    forced = windows.forced(share: 0, seed: 0, iteration: 0)
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

  /// p_h by frames ahead, over the neurons that are fitted.
  private static func persistence(
    _ states: borrowing Matrix<Double>, _ local: Range<Int>, _ next: borrowing Matrix<Double>,
    _ starts: [Int], horizon: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    var sums = [Double](repeating: 0, count: horizon)
    for (i, neuron) in local.enumerated() {
      let (now, later) = (states.row(neuron), next.row(i))
      for start in starts {
        for h in 0..<horizon where !later[start + h].isNaN {
          let difference = later[start + h] - now[start]
          sums[h] += difference * difference
        }
      }
    }
    try group.sum(&sums)
    return sums
  }
}

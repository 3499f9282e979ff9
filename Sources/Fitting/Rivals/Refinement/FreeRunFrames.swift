internal import CORNN
internal import Collectives
internal import LinearAlgebra

/// The frames that free runs start from, what they are held against, and what each step counts.
///
/// ```
/// L = 1/H Σ_h e_h / p_h,   e_h = Σ (r̂[t+h] − r[t+h])²,   p_h = Σ (r[t] − r[t+h])²
/// ```
/// The sums are over all neurons that are fitted and over start frames t, from which the network runs
/// by itself under the recorded inputs, never across the border of a trial.
struct FreeRunFrames: ~Copyable {
  let windows: Windows
  /// This rank's neurons × transitions: the rates they lead to; NaN where missing.
  let next: Matrix<Double>
  /// 2 / (H p_h) by step, the squared error of a neuron being halved.
  let stepWeights: [Double]

  /// Up to `most` frames, spread evenly over some transitions by position; nil if no `horizon` of
  /// them follow each other.
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
    let persistence = try Self.persistence(
      regressors.fitted.matrix, regressors.local, next, starts, horizon: horizon, group: group)
    stepWeights = persistence.map { $0 > 0 ? 2 / ($0 * Double(horizon)) : 0 }
    windows = Windows(starts: starts, length: horizon)
    self.next = next
  }

  /// p_h by frames ahead.
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

package import Collectives

extension LiveFollower {
  /// What a small pulse into each neuron now would do to the mean rate of some at the end of a
  /// forecast that was made after the latest frame: a derivative of scaled rates, linearised along
  /// it.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: that of the forecast.
  /// - Collective: every rank of `group` must call it.
  package func sensitivity(
    of readOut: [Int], along forecast: [[Double]], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    guard let seen else { return [] }
    var weights = [Double](repeating: 0, count: seen.rates.count)
    for neuron in readOut { weights[neuron] += 1 / Double(readOut.count) }
    return try fit.sensitivity(of: weights, along: [seen.rates] + forecast, group: group)
  }

  /// What a pulse into each candidate now would do to the mean rate of some neurons: frames ahead
  /// × candidates, each the difference of two runs, in scaled rates.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: that of as many forecasts, by products of matrices.
  /// - Collective: every rank of `group` must call it.
  package func responses(
    of readOut: [Int], toPulsesInto candidates: [Int], of amplitude: Double, frames: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [[Double]] {
    guard let seen else { return [] }
    let rest = try fit.forecast(from: seen.regressors, horizon: frames, group: group)
    let moved = try fit.forecasts(
      from: seen.regressors, moving: candidates, by: amplitude, frames: frames, group: group)
    return zip(rest, moved).map { rest, moved in
      candidates.indices.map { k in
        readOut.reduce(0) { $0 + moved[$1 * candidates.count + k] - rest[$1] }
          / Double(readOut.count)
      }
    }
  }
}

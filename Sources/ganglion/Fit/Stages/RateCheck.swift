internal import Collectives
internal import Foundation
internal import LinearAlgebra
internal import Statistics
internal import Wording

/// The check that what is called rates lies in (−1, 1).
enum RateCheck {
  /// Throws where rates leave the range by more than the noise of a recording.
  ///
  /// - Parameters:
  ///   - rates: this rank's neurons × frames.
  ///   - path: the recording's name.
  ///   - local: this rank's neurons.
  ///   - labels: the names of all neurons.
  ///   - isAsked: whether the user said that these are rates: then impulses may be frequent.
  ///   - group: all ranks.
  /// - Returns: a warning where more lies outside than noise explains; the same on every rank.
  /// - Throws: `CommandLineError` (65).
  /// - Collective: every rank of `group` must call it.
  static func require<S: Scalar>(
    _ rates: borrowing Matrix<S>, in path: String, local: Range<Int>, labels: [String],
    isAsked: Bool, group: borrowing some RankGroup & ~Copyable
  ) throws -> String? {
    var largest = 0.0
    var beyond = 0
    var culprit = -1
    for i in 0..<rates.rows {
      let excess = Excess(of: rates.row(i), beyond: loudestNoise)
      beyond += excess.count
      if excess.largest > largest { (largest, culprit) = (excess.largest, i) }
    }
    let worst = try group.maximum(largest)
    let share =
      Double(try group.sum(beyond)) / Double(labels.count * max(1, rates.columns))
    let isFrequent = share > mostImpulses
    guard worst > loudestImpulse || isFrequent && !isAsked else {
      return isFrequent
        ? "\(percentage(share)) of all rates lie beyond +-1; fitted as they are, as --scale none says"
        : nil
    }
    let neuron = try group.maximum(largest == worst ? local.lowerBound + culprit : -1)
    throw CommandLineError(
      exitCode: ExitCode.badData,
      description: """
        \(path): rates must lie in (-1, 1), but neuron \(labels[neuron]) \
        reaches \(plain(worst)) and \(percentage(share)) of all values are \
        outside; use --scale zscore-tanh (or max, quantile, tanh)\
        \(worst > loudestImpulse ? "" : ", or --scale none if these are rates with impulses")
        """)
  }

  /// Noise may carry a saturated rate this far, and rare impulses farther.
  private static var loudestNoise: Double { 1.05 }
  private static var loudestImpulse: Double { 2 }
  private static var mostImpulses: Double { 0.01 }
}

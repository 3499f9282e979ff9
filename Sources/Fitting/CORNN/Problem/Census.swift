internal import Collectives
internal import LinearAlgebra
internal import Statistics

/// What is missing or constant in a recording, agreed by all ranks.
struct Census {
  /// This rank's neurons that are constant over the fitted frames, by local index: no
  /// targets and no regressors.
  let constant: Set<Int>
  /// This rank's neurons of which too many frames are missing, by local index.
  let unusable: Set<Int>
  /// Per frame, whether a usable neuron or an input is missing there.
  let missing: [Bool]
  /// This rank's usable neurons that are missing in more than half of the held-out frames, by
  /// local index, with the mean over the fitted frames that stands in for them there.
  ///
  /// They do not count in `missing`: else they would leave the others no scores.
  let standIns: [Int: Double]

  /// A neuron missing in more than this share of the fitted frames is left out: kept, it
  /// would cost every other neuron those frames.
  static var mostMissing: Double { 0.2 }

  /// - Collective: every rank of `group` must call it.
  init<S: Scalar>(
    of recording: borrowing PreparedRecording<S>, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let rates = recording.rates.view
    let fitted = recording.fittedFrames
    var unusable: Set<Int> = []
    var variances: [Double] = []
    for i in 0..<rates.rows {
      let moments = Moments(of: rates.row(i), in: fitted)
      if Double(fitted.count) - moments.count > Self.mostMissing * Double(fitted.count) {
        unusable.insert(i)
      }
      variances.append(moments.variance)
    }
    let typical = upperMedian(try group.gather(variances).filter { $0 > 0 }) ?? 0
    constant = Set(
      variances.indices.filter { variances[$0] <= 1e-12 * typical && !unusable.contains($0) })
    var missing = [UInt8](repeating: 0, count: rates.columns)
    var standIns: [Int: Double] = [:]
    for i in 0..<rates.rows where !unusable.contains(i) {
      markMissing(rates.row(i), of: fitted, in: &missing)
      let heldOut = recording.heldOutFrames
      if PresentValues(of: rates.row(i), in: heldOut).isMostlyMissing {
        standIns[i] = PresentValues(of: rates.row(i), in: fitted).mean
      } else {
        markMissing(rates.row(i), of: heldOut, in: &missing)
      }
    }
    let inputs = recording.inputs.view
    for i in 0..<inputs.rows {
      markMissing(inputs.row(i), of: 0..<inputs.columns, in: &missing)
    }
    try group.maximum(&missing)
    self.unusable = unusable
    self.standIns = standIns
    self.missing = missing.map { $0 != 0 }
  }
}

/// Sets the marks of those of some frames in which a series is missing.
@specialized(where S == Double)
@specialized(where S == Float)
private func markMissing<S: Scalar>(
  _ series: Span<S>, of frames: Range<Int>, in marks: inout [UInt8]
) {
  for t in frames where series[t].isNaN { marks[t] = 1 }
}

/// Refuses flags that change nothing in what this file holds: the recording that is read would
/// not be the one that was asked for.
///
/// - Throws: `RecordingError` (64) about the first one.
func requireEffect(of request: RecordingRequest, in plan: RecordingPlan) throws {
  let isSpikes = if case .spikes = plan.layout { true } else { false }
  let hasAxes =
    switch plan.layout {
    case .series, .spikes, .frames: false
    default: plan.format != "Suite2p"
    }
  let conditions: [(flag: String, isGiven: Bool, hasEffect: Bool, reason: String)] = [
    (
      "bin", request.bin != nil, isSpikes,
      "it counts spike times, and the traces have frames already"
    ),
    (
      "time-axis", request.timeAxis != .auto, hasAxes,
      "the format says which one is time, or each series has no other"
    ),
    (
      "max-gap", request.longestGap != nil, plan.hasOwnTimes,
      "gaps are found by time stamps, and there are none (--timestamps)"
    ),
    (
      "resample", request.resampling != .auto, plan.hasOwnTimes,
      "frames without time stamps are taken as regular (--timestamps)"
    ),
    (
      "timestamps", request.timestamps != nil, !isSpikes,
      "spikes are counted in bins of --bin seconds"
    ),
    (
      "cells", request.cells != nil, plan.marksCells,
      "the file does not say which neurons are cells"
    ),
  ]
  for condition in conditions
  where condition.isGiven && !condition.hasEffect && !request.inherited.contains(condition.flag) {
    throw RecordingError.usage(
      "\(request.path): --\(condition.flag) does nothing here: \(condition.reason); leave it out")
  }
}

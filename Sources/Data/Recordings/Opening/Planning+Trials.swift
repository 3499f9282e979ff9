internal import Foundation
internal import HDF5
internal import Wording

/// The first frames of trials, from a dataset of frames or a table of seconds.
func trialStarts(
  _ name: String, _ plan: inout RecordingPlan, times: [Double], isAsked: Bool,
  _ catalog: borrowing HDF5Catalog
) throws -> [Int] {
  let frames = plan.frames
  let path = name.hasPrefix("/") ? name : "/" + name
  let file = catalog.file.filePath
  guard catalog.has(path + "/start_time") else {
    return try Recordings.trialStarts(
      of: catalog.vector(path), frames: frames, path, in: file)
  }
  guard !times.isEmpty else {
    throw RecordingError.usage(
      "\(file): \(path) gives trials in seconds, and the frames have no clock: give --dt, --rate"
        + " or --timestamps")
  }
  // A trial ends where its stop time says: what lies between two trials is apart as well.
  let begins = try catalog.vector(path + "/start_time").filter(\.isFinite)
  var starts = firstFrames(atOrAfter: begins, times)
  let dt = plan.dt ?? 0
  let outside = begins.count { $0 < times[0] - dt || $0 > times[frames - 1] + dt }
  if outside > 0 {
    let words =
      "\(outside) of the \(begins.count) trials of \(path) begin outside the recording, which"
      + " covers \(times[0]) to \(times[frames - 1]) s"
    guard outside < begins.count || !isAsked else {
      throw RecordingError.badData("\(file): \(words): are both in seconds, on one clock?")
    }
    plan.notes.append(words)
  }
  if catalog.has(path + "/stop_time") {
    let ends = try catalog.vector(path + "/stop_time").filter(\.isFinite)
    starts += firstFrames(atOrAfter: ends, times)
  }
  return Set(starts.filter { $0 < frames } + [0]).sorted()
}

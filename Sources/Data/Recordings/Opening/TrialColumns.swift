/// The first frames of trials, from what `--trials` names: start frames, or one number a frame.
///
/// As many numbers as there are frames are one a frame; start frames would be all frames then.
///
/// - Throws: `RecordingError`, 65 for what is neither, 64 for what may be either.
func trialStarts(
  of values: [Double], frames: Int, _ name: String, in file: String
) throws -> [Int] {
  if values.count == frames { return try trialStarts(ofFrames: values, name, in: file) }
  if values.count > 2, values.allSatisfy({ $0 == 0 || $0 == 1 }) {
    throw RecordingError.usage(
      "\(file): \(name) holds 0 and 1, \(values.count) of them: one a frame would be \(frames), and"
        + " start frames rise; give one a frame, or the frames at which trials begin")
  }
  for (index, start) in values.enumerated() {
    guard start >= 0, start < Double(frames), start == start.rounded() else {
      throw RecordingError.badData(
        "\(file): trial \(index) of \(name) starts at \(start), which is not a frame from 0 to"
          + " \(frames - 1)")
    }
    guard index == 0 || start > values[index - 1] else {
      throw RecordingError.badData(
        "\(file): the start frames of \(name) do not rise: trial \(index) starts at frame"
          + " \(Int(start)), after \(Int(values[index - 1])); numbers of trials must be one a frame"
          + " (\(frames), and there are \(values.count))")
    }
  }
  return Set(values.map { Int($0) } + [0]).sorted()
}

/// The first frames of trials, from one number a frame: 1 at a trial's first frame and 0 at all
/// others, or the trial's number, or 1 inside of trials and 0 between them.
///
/// Where all ones stand alone each begins a trial; else a trial begins wherever the number
/// changes. A missing number is a number of its own: what lies between trials is apart as well.
func trialStarts(ofFrames values: [Double], _ name: String, in file: String) throws -> [Int] {
  let areMarks = values.allSatisfy { $0 == 0 || $0 == 1 }
  let standAlone = values.indices.dropFirst().allSatisfy { values[$0] == 0 || values[$0 - 1] == 0 }
  if areMarks, standAlone {
    return Set(values.indices.filter { values[$0] == 1 } + [0]).sorted()
  }
  if let bad = values.firstIndex(where: { $0.isInfinite || $0 != $0.rounded() && !$0.isNaN }) {
    throw RecordingError.badData(
      "\(file): \(name) is \(values[bad]) at frame \(bad), where the number of a trial, or 0 and 1,"
        + " are needed, one a frame")
  }
  let changes = values.indices.dropFirst().filter { frame in
    let (before, now) = (values[frame - 1], values[frame])
    return !(now == before || now.isNaN && before.isNaN)
  }
  guard changes.count <= values.count / 2 else {
    throw RecordingError.badData(
      "\(file): \(name) changes at \(changes.count) of \(values.count) frames: it holds neither the"
        + " number of each frame's trial nor 1 where trials begin")
  }
  return [0] + changes
}

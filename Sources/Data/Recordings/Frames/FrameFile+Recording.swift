internal import LinearAlgebra

/// Finds the traces of a record of frames; it holds nothing else.
func planFrames(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  let file = try FrameFile(request.path)
  try requireNoPaths(request, in: "a record of frames")
  let order = try FrameOrder(of: file)
  var plan = RecordingPlan(
    path: request.path, format: "frames", layout: .frames(file: request.path),
    neurons: file.cells, frames: order.places.count,
    labels: (0..<file.cells).map(String.init))
  // What is missing is known to be: nothing is to be put in its place.
  plan.longestStep = 1.5
  let left = file.count - order.places.count
  if left > 0 { plan.notes.append("\(left) frames came twice and count once") }
  var tables = RecordingTables()
  tables.times = order.times
  tables.trialStarts = order.starts
  if order.times.isEmpty { plan.notes.append("the times in its headers do not rise") }
  try settleClock(
    &plan, &tables, request,
    from: ClockSource(name: "the headers of the frames", unit: .second, isNamed: false))
  return (plan, tables)
}

extension FrameFile {
  /// Neighbouring neurons' series, neurons×frames, in the order of the frames' numbers.
  ///
  /// - Complexity: two passes over the file.
  func read<S: Scalar>(_ neurons: Range<Int>, of: S.Type) throws -> Matrix<S> {
    let order = try FrameOrder(of: self)
    var frame = [Int](repeating: -1, count: count)
    for (t, place) in order.places.enumerated() { frame[place] = t }
    var series = Matrix<S>(rows: neurons.count, columns: order.places.count)
    try forEachFrame { place, _, bytes in
      let t = frame[place]
      guard t >= 0 else { return }
      let first = bytes.startIndex + 4 * neurons.lowerBound
      let values = FrameValues.values(of: bytes[first..<(first + 4 * neurons.count)])
      for i in values.indices { series[i, t] = S(values[i]) }
    }
    return series
  }
}

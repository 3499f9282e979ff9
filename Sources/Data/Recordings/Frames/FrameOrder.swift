internal import Statistics

/// The frames of a file in the order of their numbers.
///
/// What comes twice counts once, what came late stands in its place. Frames of a sender that counts
/// anew (``FrameHeader/countsAnew(_:after:)``) follow those before.
struct FrameOrder {
  /// Where each frame stands in the file.
  private(set) var places: [Int] = []
  /// Seconds; empty where they do not rise.
  private(set) var times: [Double] = []
  /// Frames at which something is missing before, or a sender was started.
  private(set) var starts: [Int] = []

  private struct Sent {
    let number: UInt64
    let place: Int
    let time: Double
  }

  /// - Throws: what reading throws.
  /// - Complexity: a pass over the file; 24 bytes of memory a frame.
  init(of file: FrameFile) throws {
    var runs: [[Sent]] = [[]]
    var highest: UInt64?
    try file.forEachFrame { place, header, _ in
      if let before = highest, FrameHeader.countsAnew(header.number, after: before) {
        runs.append([])
        highest = nil
      }
      highest = max(highest ?? 0, header.number)
      runs[runs.count - 1].append(Sent(number: header.number, place: place, time: header.time))
    }
    for run in runs { append(run.sorted { ($0.number, $0.place) < ($1.number, $1.place) }) }
    if zip(times.dropFirst(), times).contains(where: { $0 <= $1 }) { times = [] }
  }

  private mutating func append(_ run: [Sent]) {
    var last: Sent?
    var shift = 0.0
    for frame in run where frame.number != last?.number {
      let begins = last.map { frame.number != $0.number + 1 } ?? true
      if begins { starts.append(places.count) }
      // A clock that begins anew goes on after the frame before.
      if last == nil, let end = times.last, frame.time <= end {
        shift = end + (lowerMedian(zip(times.dropFirst(), times).map { $0 - $1 }) ?? 1) - frame.time
      }
      places.append(frame.place)
      times.append(frame.time + shift)
      last = frame
    }
  }
}

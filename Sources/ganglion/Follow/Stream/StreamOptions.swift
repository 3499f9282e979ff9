internal import ArgumentParser
internal import Recordings
internal import Wording

/// How fast a recording is replayed.
enum ReplaySpeed: ExpressibleByArgument, Equatable {
  /// As fast as its frames are taken.
  case max
  /// Frames a second.
  case rate(Double)

  init?(argument: String) {
    if argument == "max" {
      self = .max
    } else if let rate = Double(argument) {
      self = .rate(rate)
    } else {
      return nil
    }
  }

  /// Frames a second; nil where there is no clock.
  var rate: Double? {
    switch self {
    case .max: nil
    case .rate(let rate): rate
    }
  }
}

/// What comes, and in which order.
struct StreamOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Frames a second at which a recording is replayed, > 0, whatever its own clock; or max: each \
      frame when the one before is done, and then about a twentieth of the neurons is refined for \
      each twentieth of the window, so that the result is the same every time.
      """, valueName: "RATE|max"))
  var replay: ReplaySpeed?
  @Option(help: "Values in a frame of the stream, 1 to 1000000.") var cells: Int?
  @Flag(
    help: """
      Before each frame of the stream stand 24 bytes, little-endian: u32 0x46474E47 ("GNGF"), u32 \
      cells, u64 number of the frame, f64 seconds.
      """)
  var framed = false
  @Option(
    help: """
      Frames of a framed stream that are held where a number is missing, 0 to 100, in case it \
      comes late; each makes forecasts after a gap as much later.
      """)
  var reorder = 0
  @Option(
    help: """
      Append each frame of the stream to this file when it comes, before it is used: a recording \
      that every other command reads.
      """)
  var record: String?
  @Flag(help: "The socket of the source is bound, and senders connect to it; else it connects.")
  var bind = false
  @Flag(
    help: """
      Let sockets that are bound (--bind, --publish, --control) be open to other machines: nothing asks who \
      sends or reads there.
      """)
  var anyHost = false
  @Flag(
    help: """
      Go on where an earlier run with the same flags stopped, or was killed, with what its --record \
      holds; what came since then is a gap. Where there is no such file, begin.
      """)
  var resume = false

  func validate() throws {
    if case .rate(let rate) = replay {
      try require(
        rate > 0 && rate <= 1e6, "--replay is \(asGiven(rate)), expected frames a second > 0 or max"
      )
    }
    if let cells {
      try require(
        cells >= 1 && cells <= FrameHeader.mostCells,
        "--cells is \(cells), expected 1 to \(FrameHeader.mostCells)")
    }
    try require(
      record == nil || replay == nil,
      "--record is for streams: what --replay replays is a file already")
    try require(
      !resume || record != nil, "--resume needs --record FILE, the frames of the earlier run")
    try require(reorder >= 0 && reorder <= 100, "--reorder is \(reorder), expected 0 to 100 frames")
  }
}

internal import ArgumentParser
internal import Recordings
internal import Wording

/// Which traces of a file are the recording, and by which clock.
struct TraceOptions: ParsableArguments {
  @Option(
    help: """
      The dataset of the traces, or a glob of one-neuron datasets; of a text table its \
      neurons' columns: names, globs, or numbers from 0 such as 1-20, with commas between.
      """)
  var traces: String?
  @Option(help: "Which dimension is time: 0, 1 or auto (from the length of the time vector).")
  var timeAxis = TimeAxis.auto
  @Option(help: "Seconds a frame, 1e-6 to 2.6e6; it tells the unit of time stamps too.")
  var dt: Double?
  @Option(help: "Frames a second.") var rate: Double?
  @Option(
    help: """
      A dataset of frame times, or a column of a text table; in seconds, unless its name or \
      an attribute says another unit, such as "Time (ms)".
      """)
  var timestamps: String?
  @Option(
    help: """
      A dataset of external inputs (time, input), or columns of a text table, as --traces; may \
      be repeated.
      """)
  var inputs: [String] = []
  @Option(
    help: """
      Start frames of trials from 0, a trial table, or as many numbers as there are frames: \
      each one's trial, or 1 where a trial begins; of a text table a column of these.
      """)
  var trials: String?
  @Option(
    help: "Irregular time stamps: none, linear, previous, or auto (linear where steps vary > 10 %)."
  )
  var resample = Resampling.auto
  @Option(help: "Seconds without a frame beyond which a trial ends; default: 5 frames.")
  var maxGap: Double?

  func validate() throws {
    try requireFinite(["--dt": dt, "--rate": rate, "--max-gap": maxGap])
    if let dt { try require(dt > 0, "--dt is \(asGiven(dt)), expected seconds > 0") }
    if let rate {
      try require(rate > 0, "--rate is \(asGiven(rate)), expected frames a second > 0")
    }
    try require(dt == nil || rate == nil, "--dt and --rate are both given: choose one")
    try Distinct.require(datasets: inputs)
    if let maxGap {
      try require(maxGap > 0, "--max-gap is \(asGiven(maxGap)), expected seconds > 0")
    }
  }

  /// The flags that were given, as they go into a result's configuration.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = [:]
    settings["traces"] = traces
    settings["time-axis"] = timeAxis == .auto ? nil : timeAxis.rawValue
    settings["dt"] = dt
    settings["rate"] = rate
    settings["timestamps"] = timestamps
    settings["inputs"] = inputs.isEmpty ? nil : inputs
    settings["trials"] = trials
    settings["resample"] = resample == .auto ? nil : resample.rawValue
    settings["max-gap"] = maxGap
    return settings
  }

  /// The long names of these flags.
  static var names: [String] { FlagCatalog(of: TraceOptions.self).names }

  /// The request for a file.
  func request(for path: String) -> RecordingRequest {
    var request = RecordingRequest(path: path)
    request.traces = traces
    request.timeAxis = timeAxis
    request.dt = dt
    request.rate = rate
    request.timestamps = timestamps
    request.inputs = inputs
    request.trials = trials
    request.resampling = resample
    request.longestGap = maxGap
    return request
  }
}

extension TimeAxis: ExpressibleByArgument {}
extension Resampling: ExpressibleByArgument {}

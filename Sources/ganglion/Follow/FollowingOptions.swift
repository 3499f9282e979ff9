internal import ArgumentParser
internal import CORNN
internal import Recordings
internal import Sockets
internal import Wording

/// How a stream is followed.
struct FollowingOptions: ParsableArguments {
  @Option(
    help: """
      Seconds of the source's clock, > 0, whose frames choose scale, leak and ridge, and begin the \
      window.
      """)
  var warmup = 60.0
  @Option(
    help: """
      How the values are scaled to (-1, 1), from the frames of the warm-up: none, max, quantile, \
      tanh or zscore-tanh. Default: none for a recording that Ganglion wrote, else zscore-tanh.
      """)
  var scale: ScalingKind?
  @Option(help: "The latest transitions that are fitted, at least 10.") var window = 1000
  @Option(
    help: "primal (a step is ~ N²), dual (~ T N), or auto: dual where the window is shorter.")
  var form = Configuration.Form.auto
  @Option(help: "Frames ahead of each forecast, at least 1.") var horizon = 10
  @Option(
    help: """
      Share of the time between two frames, in (0, 1], until which neurons are refined after a \
      frame.
      """)
  var budget: Double?
  @Flag(
    help: """
      After an alarm (forecasts are suddenly worse) forget all but the 100 transitions that follow \
      it.
      """)
  var cutOnChange = false
  @Option(help: "Seconds between two snapshots of the model, > 0.") var snapshot = 5.0
  @Option(help: "Seconds after the warm-up at which it ends, > 0; default: never.")
  var duration: Double?

  /// Share of the time between two frames where none is given.
  static let usualBudget = 0.7
  /// Transitions that a cut leaves.
  static let keptByCut = 100

  func validate() throws {
    try requireFinite([
      "--warmup": warmup, "--budget": budget, "--snapshot": snapshot, "--duration": duration,
    ])
    try require(
      warmup > 0 && warmup <= Self.mostSeconds,
      "--warmup is \(asGiven(warmup)), expected seconds > 0")
    try require(window >= 10, "--window is \(window), expected at least 10 transitions")
    try require(horizon >= 1, "--horizon is \(horizon), expected at least 1 frame")
    if let budget {
      try require(
        budget > 0 && budget <= 1, "--budget is \(asGiven(budget)), expected a share in (0, 1]")
    }
    try require(
      snapshot > 0 && snapshot <= Self.mostSeconds,
      "--snapshot is \(asGiven(snapshot)), expected seconds > 0")
    if let duration {
      try require(
        duration > 0 && duration <= Self.mostSeconds,
        "--duration is \(asGiven(duration)), expected seconds > 0")
    }
  }

  /// What is longer is a slip, and no clock holds it.
  private static let mostSeconds = 60 * CheckpointOptions.mostMinutes

  /// As they go into the model's configuration.
  var settings: [String: any Encodable & Sendable] {
    [
      "warmup": warmup, "window": window, "form": form.rawValue, "horizon": horizon,
      "cut-on-change": cutOnChange,
    ]
  }
}

/// What is told of a stream that is followed.
struct FollowOutputs: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Forecasts as JSON lines, in the units of the source: to standard output, where nothing else \
      is printed then, or appended to a file.
      """, valueName: "-|FILE"))
  var forecastOut: String?
  @Option(
    help: ArgumentHelp(
      """
      Publish forecasts, and the status once a second, on a socket of ZeroMQ (PUB): a port of this \
      machine alone, or an address to bind. Parts: the topic (forecast, status), a JSON object, and \
      for a forecast float32, a row of cells for each frame ahead. Who is slow misses some.
      """, valueName: "PORT|ADDRESS"))
  var publish: String?
  @Option(
    help: ArgumentHelp(
      "Cells of the forecasts that are written, by number from 0, as 3,17; default: all.",
      valueName: "LIST"))
  var cellsOut: CellList?
  @Option(help: "Append the status to this file once a second, one JSON object a line.")
  var log: String?

  func validate(anyHost: Bool) throws {
    try require(
      forecastOut != nil || publish != nil || cellsOut == nil,
      "--cells-out belongs to --forecast-out or --publish, and none is given")
    guard let publish, let address = publishedAddress else { return }
    try require(
      SocketAddress(argument: address)?.kind == .subscribe,
      "--publish is \(publish), expected a port, tcp://HOST:PORT or ipc://PATH")
    try require(
      anyHost || SocketAddress.isLocal(address),
      "--publish \(publish) is open to other machines, and nothing asks who reads there: give a port"
        + " alone, or --any-host")
  }

  /// What --publish binds: a port alone is one of this machine.
  var publishedAddress: String? {
    publish.map { UInt16($0) == nil ? $0 : "tcp://127.0.0.1:\($0)" }
  }

  /// The file of the forecasts; nil for standard output or none.
  var forecastFile: String? { forecastOut == "-" ? nil : forecastOut }
}

/// Numbers of cells, as 3,17.
struct CellList: ExpressibleByArgument, Equatable {
  let cells: [Int]

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0 ?? -1 >= 0 }) else { return nil }
    cells = numbers.compactMap { $0 }
  }
}

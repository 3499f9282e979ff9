internal import ArgumentParser
internal import Sockets
internal import Wording

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

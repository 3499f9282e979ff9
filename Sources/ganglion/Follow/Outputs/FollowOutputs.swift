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
      "Cells of the forecasts that are written, by name or by number from 0, as 3,17; default: all.",
      valueName: "LIST"))
  var cellsOut: CellList?
  @Option(
    help: ArgumentHelp(
      """
      Cells whose mean rate at the horizon is of interest, by name or number, as 3,17: each forecast comes with its \
      derivative by the rate of each cell now, in scaled rates.
      """, valueName: "LIST"))
  var readOut: CellList?
  @Option(
    help: ArgumentHelp(
      """
      Answer requests at a socket of ZeroMQ (REP): a port of this machine alone, or an address to \
      bind. A request is a JSON object with "do": status, snapshot, stop or perturb.
      """, valueName: "PORT|ADDRESS"))
  var control: String?
  @Option(
    help: """
      Write a page of HTML about the run to this file, anew about once a second; a browser that \
      shows it loads it again by itself.
      """)
  var page: String?
  @Option(help: "Append the status to this file once a second, one JSON object a line.")
  var log: String?

  func validate(anyHost: Bool) throws {
    try require(
      forecastOut != nil || publish != nil || page != nil || cellsOut == nil,
      "--cells-out belongs to --forecast-out, --publish or --page, and none is given")
    try require(
      forecastOut != nil || publish != nil || readOut == nil,
      "--read-out belongs to --forecast-out or --publish, and none is given")
    try validate("--publish", publish, publishedAddress, anyHost: anyHost)
    try validate("--control", control, controlAddress, anyHost: anyHost)
  }

  private func validate(
    _ flag: String, _ given: String?, _ address: String?, anyHost: Bool
  ) throws {
    guard let given, let address else { return }
    try require(
      Socket.areThere,
      "\(flag) needs ZeroMQ, and this program was built without it: install libzmq3-dev and build it"
        + " again")
    try require(
      SocketAddress(argument: address)?.kind == .subscribe,
      "\(flag) is \(given), expected a port, tcp://HOST:PORT or ipc://PATH")
    try require(
      anyHost || SocketAddress.isLocal(address),
      "\(flag) \(given) is open to other machines, and nothing asks who is there: give a port"
        + " alone, or --any-host")
  }

  /// What --publish and --control bind: a port alone is one of this machine.
  var publishedAddress: String? { publish.map(Self.address) }
  var controlAddress: String? { control.map(Self.address) }

  private static func address(_ given: String) -> String {
    UInt16(given) == nil ? given : "tcp://127.0.0.1:\(given)"
  }

  /// The file of the forecasts; nil for standard output or none.
  var forecastFile: String? { forecastOut == "-" ? nil : forecastOut }
}

extension FollowOutputs {
  /// The flags that name cells.
  private var lists: [(flag: String, list: CellList?)] {
    [("--cells-out", cellsOut), ("--read-out", readOut)]
  }

  /// Refuses names where the cells of a source have none.
  func requireNumbers() throws {
    for (flag, list) in lists {
      try require(
        list?.isOfNumbers ?? true,
        "\(flag) is \(list?.text ?? ""), and the cells of this source have no names: give numbers"
          + " from 0")
    }
  }

  /// The same, where it is known which cells are meant.
  ///
  /// - Throws: `CommandLineError` (64) for one that is not there.
  func placed(among neurons: ModelNeurons) throws -> FollowOutputs {
    var placed = self
    placed.cellsOut = try cellsOut?.placed(among: neurons, "--cells-out")
    placed.readOut = try readOut?.placed(among: neurons, "--read-out")
    return placed
  }
}

/// Cells by name or number, as 3,17.
struct CellList: ExpressibleByArgument, Equatable {
  let text: String
  /// Their places; none before names are known.
  private(set) var cells: [Int] = []

  init?(argument: String) {
    guard !argument.split(separator: ",", omittingEmptySubsequences: false).contains("") else {
      return nil
    }
    text = argument
  }

  var isOfNumbers: Bool { text.split(separator: ",").allSatisfy { Int($0) ?? -1 >= 0 } }

  fileprivate func placed(among neurons: ModelNeurons, _ flag: String) throws -> CellList {
    var placed = self
    placed.cells = try neurons.given(by: text, flag)
    return placed
  }
}

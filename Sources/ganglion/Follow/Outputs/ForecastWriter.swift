internal import CORNN
internal import Collectives
internal import Foundation
internal import MPI
internal import Recordings

/// Forecasts as JSON lines and on a socket, from rank 0.
struct ForecastWriter {
  /// nil where nothing is published, and on other ranks.
  let publisher: ForecastPublisher?
  /// nil for standard output.
  private let file: RunLog?
  /// nil where no lines are wanted, and on other ranks.
  private let lines: ForecastLines?
  /// On rank 0, and there only where anything is to be made of forecasts.
  private let isNeeded: Bool
  let cells: [Int]
  private let network: FollowedNetwork

  /// - Throws: `CommandLineError` (73) on every rank if the file cannot be created.
  /// - Collective: every rank of `world` must call it.
  init(
    _ command: FollowCommand, _ network: FollowedNetwork, on world: borrowing Communicator
  ) throws {
    file = try command.outputs.forecastFile.map { try RunLog(path: $0, group: world) }
    var publisher: ForecastPublisher?
    try world.agreeOnRoot {
      publisher = try command.outputs.publishedAddress.map { try ForecastPublisher($0) }
    }
    self.publisher = publisher
    let isWanted = command.outputs.forecastOut != nil && world.rank == 0
    lines =
      isWanted
      ? ForecastLines(waits: command.stream.replay == .max) { [file] line in
        if let file { file.put(line) } else { StandardOutput.write(line + "\n") }
      } : nil
    isNeeded = isWanted || publisher != nil || (command.outputs.page != nil && world.rank == 0)
    cells = command.outputs.cellsOut?.cells ?? Array(0..<network.neurons)
    self.network = network
  }

  /// Writes what is expected after a frame: a row a frame ahead, in the units of the source.
  ///
  /// `sensitivity` is the derivative of a read-out by the rates of all neurons; nil for none.
  ///
  /// - Returns: the rows.
  @discardableResult
  func write(
    _ forecast: [[Double]], after frame: StreamFrame, sensitivity: [Double]?
  ) -> [[Double]] {
    guard isNeeded else { return [] }
    let (scaling, isFitted) = (network.scaling, network.isFitted)
    let rows = forecast.map { rates in
      cells.map { isFitted[$0] ? scaling.restored(rates[$0], neuron: $0, frame: 0) : .nan }
    }
    let own = sensitivity.map { all in cells.map { all[$0] } }
    publisher?.publish(rows, cells: cells, after: frame)
    if let own { publisher?.publish(sensitivity: own, cells: cells, after: frame) }
    guard let lines else { return rows }
    let members =
      #""frame":\#(frame.number),"time":\#(time(frame.time)),"cells":["#
      + cells.map(String.init).joined(separator: ",") + #"],"values":["#
      + rows.map { "[" + $0.map(number).joined(separator: ",") + "]" }.joined(separator: ",") + "]"
      + (own.map { #","sensitivity":["# + $0.map(number).joined(separator: ",") + "]" } ?? "")
    lines.put(file?.line(event: "forecast", members) ?? #"{"event":"forecast",\#(members)}"#)
    return rows
  }

  /// Lines that a slow reader has not had; nil where there are none to read.
  var missed: Int? { lines?.missed }

  /// Why the latest line is missing in the file; nil where it is not.
  var failure: String? { file?.failure }

  /// Lets the reader of the lines have what waits, unless it has stalled.
  func close() {
    lines?.close()
    guard let missed, missed > 0 else { return }
    StandardError.warn(
      "\(missed) forecasts were not read in time, and are left out: --cells-out makes them shorter",
      waits: false)
  }

  /// A number of a frame, which is float32.
  ///
  /// JSON has no NaN; null says as much.
  private func number(_ value: Double) -> String { value.isFinite ? "\(Float(value))" : "null" }

  private func time(_ value: Double?) -> String { value.map { "\($0)" } ?? "null" }
}

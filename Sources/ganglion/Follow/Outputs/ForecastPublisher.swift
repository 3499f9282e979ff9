internal import Foundation
internal import Recordings
internal import Sockets

/// Forecasts and the status on a socket, for whoever listens; on rank 0 only.
struct ForecastPublisher {
  private let socket: Socket

  /// - Throws: `CommandLineError` (73) where the address cannot be bound.
  init(_ address: String) throws {
    do {
      socket = try Socket(.publish, address, binds: true)
    } catch let error as SocketError {
      throw CommandLineError.cannotPublish(error)
    }
  }

  /// Publishes a row of cells for each frame ahead; NaN stands for a cell without forecast.
  func publish(_ rows: [[Double]], cells: [Int], after frame: StreamFrame) {
    let values = rows.flatMap { FrameValues.bytes(of: $0) }
    send(
      "forecast",
      [
        "frame": frame.number, "time": frame.time, "horizon": rows.count, "cells": cells,
        "dtype": "float32",
      ], values)
  }

  /// Publishes the derivative of the read-out, a number a cell.
  func publish(sensitivity: [Double], cells: [Int], after frame: StreamFrame) {
    send(
      "sensitivity",
      ["frame": frame.number, "time": frame.time, "cells": cells, "dtype": "float32"],
      FrameValues.bytes(of: sensitivity))
  }

  /// Publishes what the log says of the run.
  func publish(status: [String: any Encodable & Sendable]) { send("status", status, nil) }

  private func send(
    _ topic: String, _ object: [String: (any Encodable & Sendable)?], _ values: [UInt8]?
  ) {
    let plain = object.mapValues { ($0 as? Double).map(jsonNumber) ?? $0 ?? NSNull() }
    guard let text = try? JSONSerialization.data(withJSONObject: plain, options: .sortedKeys) else {
      return
    }
    socket.send([Array(topic.utf8), Array(text)] + (values.map { [$0] } ?? []))
  }
}

internal import Collectives
internal import Foundation
internal import Recordings
internal import Sockets
private import Synchronization

/// An address of ZeroMQ from which frames come.
struct SocketAddress: Equatable {
  let kind: Socket.Kind
  let address: String

  /// `tcp://host:port` and `ipc://path` are subscribed to; `pull+` before them pulls.
  init?(argument: String) {
    let isPull = argument.hasPrefix("pull+")
    address = isPull ? String(argument.dropFirst(5)) : argument
    kind = isPull ? .pull : .subscribe
    guard address.hasPrefix("tcp://") || address.hasPrefix("ipc://") else { return nil }
  }

  /// The file of an ipc address; nil for others, and for one of an abstract name (@).
  var path: String? {
    guard address.hasPrefix("ipc://"), !address.hasPrefix("ipc://@") else { return nil }
    return String(address.dropFirst(6))
  }

  /// Whether no other machine reaches a socket that is bound to an address.
  static func isLocal(_ address: String) -> Bool {
    guard address.hasPrefix("tcp://") else { return address.hasPrefix("ipc://") }
    let host = address.dropFirst(6).prefix { $0 != "[" && $0 != ":" }
    let isIPv4 = host.wholeMatch(of: /127\.[0-9]+\.[0-9]+\.[0-9]+/) != nil
    return isIPv4 || host == "localhost" || address.hasPrefix("tcp://[::1]:")
  }
}

/// Messages that were no frames.
final class RefusedMessages: Sendable {
  private let number = Mutex(0)

  var count: Int { number.withLock { $0 } }

  /// Counts one; the first is told.
  func note(_ reason: String, from address: String) {
    let isFirst = number.withLock { number in
      number += 1
      return number == 1
    }
    guard isFirst else { return }
    StandardError.warn(
      "\(address): a message is no frame: \(reason); it is left out, and so are others of its kind,"
        + " which the status counts", waits: false)
  }
}

/// Frames from a socket, received on a thread of its own.
struct SocketReader: Sendable {
  let socket: Socket
  /// Cells of a frame; nil where the first one says it.
  let cells: Int?
  /// Whether frames may come without times.
  let hasClock: Bool
  let refused: RefusedMessages

  /// - Throws: `CommandLineError` (64, 66, 69) where there is no such socket.
  init(
    _ source: SocketAddress, binds: Bool, cells: Int?, hasClock: Bool, refused: RefusedMessages
  ) throws {
    do {
      // A part is an object or values, and no longer than either may be.
      socket = try Socket(
        source.kind, source.address, binds: binds,
        mostBytes: max(1 << 16, 4 * (cells ?? FrameHeader.mostCells)))
    } catch let error as SocketError {
      throw CommandLineError.noSocket(error)
    }
    self.cells = cells
    self.hasClock = hasClock
    self.refused = refused
  }

  /// Begins to receive.
  func start(record: FrameRecord?) -> FrameQueue {
    let queue = FrameQueue(record: record)
    Thread.detachNewThread {
      do {
        try receive(into: queue)
        queue.end()
      } catch {
        queue.end(error)
      }
    }
    return queue
  }

  private func receive(into queue: FrameQueue) throws {
    var expected = cells
    while !queue.isClosed {
      guard let parts = try socket.receive(mostParts: SocketMessage.mostParts) else { continue }
      do {
        let frame = try SocketMessage(parts, cells: expected, hasClock: hasClock).frame
        expected = frame.values.count
        queue.put(frame)
      } catch let refusal as SocketMessage.Refusal {
        refused.note(refusal.reason, from: socket.address)
      }
    }
  }
}

extension CommandLineError {
  /// A socket that cannot be bound for others to listen.
  static func cannotPublish(_ error: SocketError) -> CommandLineError {
    CommandLineError(
      exitCode: ExitCode.cannotCreate,
      description: "cannot publish at \(error); give a port that is free, or 0 for any")
  }

  /// A socket that cannot be opened.
  static func noSocket(_ error: SocketError) -> CommandLineError {
    CommandLineError(
      exitCode: Socket.areThere ? ExitCode.missingInput : ExitCode.usage,
      description: "cannot open the socket \(error)"
        + (Socket.areThere
          ? "; addresses are such as tcp://127.0.0.1:5556 or ipc:///tmp/frames"
          : ": install libzmq3-dev and build it again"))
  }
}

internal import Foundation
internal import Sockets
private import Synchronization

/// Answers requests at a socket (REP), which a thread of its own reads; on rank 0 only.
///
/// The loop asks for a request when it has time, and answers it; who has asked waits until then.
final class ControlServer: Sendable {
  private struct State {
    var request: ControlRequest?
    var answer: [UInt8]?
    var isClosed = false
  }

  private let state = Mutex(State())
  private let answers = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// - Throws: `CommandLineError` (73) where the address cannot be bound.
  init(_ address: String, neurons: Int) throws {
    let socket: Socket
    do {
      socket = try Socket(.reply, address, binds: true, mostBytes: ControlRequest.mostBytes)
    } catch let error as SocketError {
      throw CommandLineError.cannotPublish(error)
    }
    Thread.detachNewThread { [self] in
      while !state.withLock(\.isClosed) {
        guard let parts = try? socket.receive(mostParts: 2) else { continue }
        socket.send([answer(to: parts, neurons: neurons)])
      }
      ended.signal()
    }
  }

  private func answer(to parts: [[UInt8]], neurons: Int) -> [UInt8] {
    do {
      guard parts.count == 1 else {
        throw ControlRequest.Refusal(reason: "a request is one part")
      }
      let request = try ControlRequest(parts[0], neurons: neurons)
      state.withLock { $0.request = request }
    } catch {
      return Self.text(["ok": false, "reason": (error as? ControlRequest.Refusal)?.reason ?? ""])
    }
    answers.wait()
    return state.withLock { state in
      defer { state.answer = nil }
      return state.answer ?? []
    }
  }

  /// What has been asked and not been answered, once.
  func take() -> ControlRequest? {
    state.withLock { state in
      defer { state.request = nil }
      return state.request
    }
  }

  /// Answers what was taken.
  func answer(_ object: [String: any Encodable & Sendable]) {
    let text = Self.text(object.merging(["ok": true]) { old, _ in old })
    state.withLock { $0.answer = text }
    answers.signal()
  }

  /// Ends the thread, and lets the last answer go.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.request = nil
      if state.answer == nil { state.answer = Self.text(["ok": false, "reason": "the run ends"]) }
    }
    answers.signal()
    _ = ended.wait(timeout: .now() + .seconds(1))
  }

  private static func text(_ object: [String: any Encodable & Sendable]) -> [UInt8] {
    let plain = object.mapValues { value -> Any in
      switch value {
      case let number as Double: jsonNumber(number)
      case let rows as [[Double]]: rows.map { $0.map(jsonNumber) }
      default: value
      }
    }
    let data = try? JSONSerialization.data(withJSONObject: plain, options: .sortedKeys)
    return data.map { [UInt8]($0) } ?? []
  }
}

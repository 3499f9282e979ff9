internal import CZeroMQ
private import Glibc

/// A socket of ZeroMQ, for messages of several parts.
///
/// It may go from one thread to another, and is used by one at a time.
package final class Socket: @unchecked Sendable {
  /// What a socket does with messages.
  package enum Kind: Sendable {
    /// Sends to all who listen; who is slow misses messages.
    case publish
    /// Receives what is published; what comes faster than it is read waits in memory.
    case subscribe
    /// Receives from who pushes, which waits when this is slow.
    case pull
    /// Sends to one who pulls.
    case push
    /// Receives a request, and sends its answer before the next one.
    case reply

    fileprivate var number: Int32 {
      switch self {
      case .publish: Int32(CZMQ_PUB)
      case .subscribe: Int32(CZMQ_SUB)
      case .pull: Int32(CZMQ_PULL)
      case .push: Int32(CZMQ_PUSH)
      case .reply: Int32(CZMQ_REP)
      }
    }
  }

  /// Whether this program was built with ZeroMQ.
  package static var areThere: Bool { czmq_is_linked() != 0 }

  /// The address, with the port that was chosen where none was given.
  package private(set) var address: String
  private let context: UnsafeMutableRawPointer
  private let handle: UnsafeMutableRawPointer

  /// Opens a socket, bound to an address or connected to it.
  ///
  /// `mostBytes` bounds a part of a message before memory is taken for it: who sends a longer one
  /// is disconnected.
  ///
  /// - Throws: `SocketError` where there is no ZeroMQ, and for an address that is none or taken.
  package init(_ kind: Kind, _ address: String, binds: Bool, mostBytes: Int = .max) throws {
    guard Self.areThere else {
      throw SocketError(address: address, reason: "this program was built without ZeroMQ")
    }
    self.address = address
    guard let context = zmq_ctx_new() else { throw Self.failure(address) }
    guard let handle = zmq_socket(context, kind.number) else {
      defer { zmq_ctx_term(context) }
      throw Self.failure(address)
    }
    self.context = context
    self.handle = handle
    set(CZMQ_LINGER, Self.linger)
    set(CZMQ_RCVTIMEO, Self.patience)
    set(CZMQ_SNDHWM, Self.mostWaiting)
    // What was published is never dropped here: it waits, as on a pipe.
    set(CZMQ_RCVHWM, kind == .subscribe ? 0 : Self.mostWaiting)
    set(CZMQ_MAXMSGSIZE, mostBytes == .max ? Int64(-1) : Int64(mostBytes))
    if kind == .subscribe { zmq_setsockopt(handle, Int32(CZMQ_SUBSCRIBE), "", 0) }
    guard (binds ? zmq_bind(handle, address) : zmq_connect(handle, address)) == 0 else {
      throw Self.failure(address)
    }
    if binds { self.address = lastEndpoint ?? address }
  }

  /// Milliseconds for which closing waits for what has not been sent, and receiving for a message.
  private static let linger: Int32 = 500
  private static let patience: Int32 = 100
  /// Messages that wait for one receiver: more are dropped by who publishes.
  private static let mostWaiting: Int32 = 100

  deinit {
    zmq_close(handle)
    zmq_ctx_term(context)
  }

  private func set<T: FixedWidthInteger>(_ option: Int, _ value: T) {
    var value = value
    zmq_setsockopt(handle, Int32(option), &value, MemoryLayout<T>.size)
  }

  private var lastEndpoint: String? {
    var bytes = [CChar](repeating: 0, count: 256)
    var count = bytes.count
    guard zmq_getsockopt(handle, Int32(CZMQ_LAST_ENDPOINT), &bytes, &count) == 0 else {
      return nil
    }
    return String(decoding: bytes[..<max(0, count - 1)].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func failure(_ address: String) -> SocketError {
    SocketError(address: address, reason: String(cString: zmq_strerror(zmq_errno())))
  }

  /// The next message's parts, of which no more than `mostParts` are kept; nil where none comes in
  /// a tenth of a second.
  ///
  /// - Throws: `SocketError`.
  package func receive(mostParts: Int) throws -> [[UInt8]]? {
    var parts: [[UInt8]] = []
    while true {
      var message = czmq_message()
      zmq_msg_init(&message)
      defer { zmq_msg_close(&message) }
      guard zmq_msg_recv(&message, handle, 0) >= 0 else {
        let code = zmq_errno()
        if code == EINTR, !parts.isEmpty { continue }
        guard code == EAGAIN || code == EINTR else { throw Self.failure(address) }
        return nil
      }
      if parts.count < mostParts {
        let bytes = UnsafeRawBufferPointer(
          start: zmq_msg_data(&message), count: zmq_msg_size(&message))
        parts.append(Array(bytes))
      }
      if zmq_msg_more(&message) == 0 { return parts }
    }
  }

  /// Sends a message of some parts without waiting; whether it could go.
  @discardableResult
  package func send(_ parts: [[UInt8]]) -> Bool {
    for (k, part) in parts.enumerated() {
      let isLast = k == parts.count - 1
      let flags = Int32(CZMQ_DONTWAIT) | (isLast ? 0 : Int32(CZMQ_SNDMORE))
      guard zmq_send(handle, part, part.count, flags) >= 0 else { return false }
    }
    return true
  }
}

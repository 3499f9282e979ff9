/// Why a socket does not work.
package struct SocketError: Error, CustomStringConvertible {
  /// The address of the socket.
  package let address: String
  /// ZeroMQ's words.
  package let reason: String

  package var description: String { "\(address): \(reason)" }
}

internal import CMPI
internal import Collectives

/// A failed MPI call.
package struct MPIError: ExitCoded, Equatable {
  /// The C function that failed.
  package let call: String

  /// The code it returned.
  package let code: Int32

  /// The library's text for the code.
  package let text: String

  package var exitCode: Int32 { ExitCode.internalError }
  package var description: String { "\(call) failed: \(text) (MPI code \(code))" }

  init(call: String, code: Int32) {
    self.call = call
    self.code = code
    var buffer = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING) + 1)
    var length: CInt = 0
    MPI_Error_string(code, &buffer, &length)
    text = String(decoding: buffer[..<Int(length)].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Makes an MPI call and throws if it returned anything but success: the one place that looks,
/// and the one that keeps the time.
func check(_ call: String, _ result: @autoclosure () -> CInt) throws(MPIError) {
  let code = CommunicationTime.measure(result)
  if code != MPI_SUCCESS { throw MPIError(call: call, code: code) }
}

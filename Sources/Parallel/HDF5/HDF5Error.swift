internal import CHDF5Shims

/// A failed HDF5 call, or a file that does not hold what was asked of it.
package struct HDF5Error: Error, Equatable, CustomStringConvertible {
  /// The C function that failed, or the operation that was refused.
  package let call: String
  /// The file, and the object inside it if there is one ("file.h5:/W").
  package let path: String
  /// HDF5's own words, outermost reason first, innermost in brackets.
  package let message: String
  /// Whether something that the file refers to is not there.
  package let isAbsence: Bool

  package init(call: String, path: String, message: String, isAbsence: Bool = false) {
    self.call = call
    self.path = path
    self.message = message
    self.isAbsence = isAbsence
  }

  package var description: String { "\(path): \(message) [\(call)]" }
}

/// The one place where return codes are inspected: HDF5 signals failure by a negative one.
@discardableResult
func check<Code: BinaryInteger>(
  _ call: String, _ path: String, _ code: Code
) throws(HDF5Error) -> Code {
  guard code < 0 else { return code }
  throw HDF5Error(call: call, path: path, message: takeErrorText())
}

/// The text of HDF5's error stack, which is cleared.
func takeErrorText() -> String {
  text(capacity: 1024) { chdf5_take_error($0, $1) }
}

/// A string that a C function writes into a buffer of the given capacity.
func text(capacity: Int, _ write: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
    guard let base = buffer.baseAddress else { return "" }
    base.initialize(repeating: 0, count: capacity)
    write(base, capacity)
    base[capacity - 1] = 0
    return String(cString: base)
  }
}

/// Readies the library once: its own printing of errors is switched off.
func prepareLibrary() { _ = librarySilenced }

private let librarySilenced: Bool = {
  chdf5_silence()
  return true
}()

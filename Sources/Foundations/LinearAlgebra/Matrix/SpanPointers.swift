// The address of a span, for a C call that ends before the span does. An empty span may
// have none; the kernels then read nothing, and get an aligned address that is not null.

extension Span where Element: BitwiseCopyable {
  var pointer: UnsafePointer<Element> {
    unsafe withUnsafeBufferPointer { $0.baseAddress }
      ?? UnsafePointer(bitPattern: Matrix<Double>.alignment).unsafelyUnwrapped
  }
}

extension MutableSpan where Element: BitwiseCopyable {
  var pointer: UnsafeMutablePointer<Element> {
    mutating get {
      unsafe withUnsafeMutableBufferPointer { $0.baseAddress }
        ?? UnsafeMutablePointer(bitPattern: Matrix<Double>.alignment).unsafelyUnwrapped
    }
  }
}

/// Stops the program when vectors that belong together differ in length.
func requireEqualLengths(_ counts: Int...) {
  precondition(counts.allSatisfy { $0 == counts[0] }, "vectors of lengths \(counts)")
}

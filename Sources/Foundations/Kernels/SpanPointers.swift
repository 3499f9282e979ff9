// The address of a span, for a C call that ends before the span does. An empty span may
// have none; the kernels then read nothing, and get an aligned address that is not null.

/// Cache-line and AVX-512 alignment of what the kernels read, in bytes.
package let vectorAlignment = 64

extension Span where Element: BitwiseCopyable {
  /// Where the elements lie.
  package var pointer: UnsafePointer<Element> {
    unsafe withUnsafeBufferPointer { $0.baseAddress }
      ?? UnsafePointer(bitPattern: vectorAlignment).unsafelyUnwrapped
  }
}

extension MutableSpan where Element: BitwiseCopyable {
  /// Where the elements lie.
  package var pointer: UnsafeMutablePointer<Element> {
    mutating get {
      unsafe withUnsafeMutableBufferPointer { $0.baseAddress }
        ?? UnsafeMutablePointer(bitPattern: vectorAlignment).unsafelyUnwrapped
    }
  }
}

/// Stops the program when vectors that belong together differ in length.
package func requireEqualLengths(_ counts: Int...) {
  precondition(counts.allSatisfy { $0 == counts[0] }, "vectors of lengths \(counts)")
}

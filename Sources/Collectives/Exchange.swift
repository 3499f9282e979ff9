package import LinearAlgebra

/// An all-to-all under way; it owns both buffers until `finish()`.
package struct Exchange<S: Scalar>: ~Copyable {
  private var buffers: ExchangeBuffers<S>
  private var wait: (() throws -> Void)?

  /// An exchange that is complete when `wait` returns; nil if it is complete already.
  package init(
    outgoing: consuming Matrix<S>, incoming: consuming Matrix<S>, wait: (() throws -> Void)?
  ) {
    buffers = ExchangeBuffers(outgoing: outgoing, incoming: incoming)
    self.wait = wait
  }

  /// Waits for the exchange and gives both buffers back, `incoming` filled.
  package consuming func finish() throws -> ExchangeBuffers<S> {
    if let wait {
      self.wait = nil
      try wait()
    }
    return buffers
  }
}

/// The two buffers of a finished exchange.
package struct ExchangeBuffers<S: Scalar>: ~Copyable {
  package var outgoing: Matrix<S>
  package var incoming: Matrix<S>

  package init(outgoing: consuming Matrix<S>, incoming: consuming Matrix<S>) {
    self.outgoing = outgoing
    self.incoming = incoming
  }
}

package import LinearAlgebra

/// An all-to-all under way; it owns both buffers until `finish()`.
///
/// An exchange that is dropped unfinished, because an error is on its way up, keeps its
/// buffers allocated for the rest of the process: messages may still arrive in them.
package struct Exchange<S: Scalar>: ~Copyable {
  private final class Storage {
    var buffers: ExchangeBuffers<S>?
    var wait: (() throws -> Void)?

    init(buffers: consuming ExchangeBuffers<S>, wait: (() throws -> Void)?) {
      self.buffers = consume buffers
      self.wait = wait
    }
  }

  private let storage: Storage

  /// An exchange that is complete when `wait` returns; nil if it is complete already.
  package init(
    outgoing: consuming Matrix<S>, incoming: consuming Matrix<S>, wait: (() throws -> Void)?
  ) {
    storage = Storage(
      buffers: ExchangeBuffers(outgoing: outgoing, incoming: incoming), wait: wait)
  }

  deinit {
    if storage.wait != nil { _ = Unmanaged.passRetained(storage) }
  }

  /// Waits for the exchange and gives both buffers back, `incoming` filled.
  package consuming func finish() throws -> ExchangeBuffers<S> {
    try storage.wait?()
    storage.wait = nil
    guard let buffers = storage.buffers.take() else {
      preconditionFailure("an exchange is finished once")
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

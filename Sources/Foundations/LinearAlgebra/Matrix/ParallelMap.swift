private import Dispatch
private import Synchronization

/// Calls `body` for each index on up to `threads` threads and returns the results in
/// index order.
///
/// Meant for coarse work in which each call uses BLAS with one thread: the BLAS threads
/// are set to 1 for the duration and restored. `body` runs on several threads at a time:
/// it may read what it captures, and write only what belongs to its index.
///
/// - Throws: the error of the lowest index that failed; the other calls still finish.
package func parallelMap<Result: Sendable>(
  count: Int, threads: Int, _ body: (Int) throws -> Result
) throws -> [Result] {
  precondition(count >= 0 && threads >= 1, "\(count) calls on \(threads) threads")
  let threadsBefore = BLAS.threads
  BLAS.setThreads(1)
  defer { BLAS.setThreads(threadsBefore) }
  let outcomes = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
  let next = Atomic(0)
  withoutActuallyEscaping(body) { body in
    // Nothing here proves that `body` may run on several threads: its caller says so.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let outcome = Swift.Result { try body(index) }
        outcomes.withLock { $0[index] = outcome }
      }
    }
  }
  return try outcomes.withLock { try $0.compactMap { try $0?.get() } }
}

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
  let threadsBefore = BLAS.threads
  BLAS.setThreads(1)
  defer { BLAS.setThreads(threadsBefore) }
  return try concurrentMap(count: count, threads: threads, body)
}

/// The same for work in which no call uses BLAS.
///
/// - Throws: the error of the lowest index that failed; the other calls still finish.
package func concurrentMap<Result: Sendable, Failure: Error>(
  count: Int, threads: Int, _ body: (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  precondition(count >= 0 && threads >= 1, "\(count) calls on \(threads) threads")
  let outcomes = Mutex([Swift.Result<Result, Failure>?](repeating: nil, count: count))
  let next = Atomic(0)
  withoutActuallyEscaping(body) { body in
    // Nothing here proves that `body` may run on several threads: its caller says so.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let outcome = Swift.Result { () throws(Failure) in try body(index) }
        outcomes.withLock { $0[index] = outcome }
      }
    }
  }
  var results: [Result] = []
  for outcome in outcomes.withLock({ $0 }) {
    if let outcome { results.append(try outcome.get()) }
  }
  return results
}

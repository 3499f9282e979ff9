/// A failure of one or more ranks, thrown alike on every rank of the group.
package struct AgreedError: ExitCoded, Equatable {
  /// The message of the lowest rank that failed.
  package let message: String

  package let exitCode: Int32

  /// The lowest rank that failed, or nil if every rank did.
  package let rank: Int?

  package var description: String {
    if let rank { "rank \(rank): \(message)" } else { message }
  }
}

extension RankGroup where Self: ~Copyable {
  /// Runs rank-local work that may throw; if it threw anywhere, every rank throws.
  ///
  /// This is the way to do what may fail on some ranks only (a file missing on one
  /// node, a NaN in one rank's rows): without it the ranks that went well would wait
  /// for the others in their next collective call. All ranks throw the same
  /// `AgreedError`, with the message and exit code of the lowest rank that failed. A
  /// group of one rank throws the error itself.
  ///
  /// - Parameter body: work without any collective call in it.
  /// - Returns: what this rank's `body` returned.
  /// - Throws: `AgreedError`, or in a group of one rank what `body` threw.
  /// - Complexity: one all-reduce of two integers if nothing failed.
  /// - Collective: every rank of the group must call it.
  package func agree<R: ~Copyable>(_ body: () throws -> R) throws -> R {
    if size == 1 { return try body() }
    switch Result(catching: body) {
    case .success(let value):
      try throwIfAnyFailed(nil)
      return value
    case .failure(let error):
      try throwIfAnyFailed(error)
      preconditionFailure("a rank that failed is among the failed ranks")
    }
  }

  /// Runs work on rank 0 only; if it threw there, every rank throws (see `agree`).
  ///
  /// - Collective: every rank of the group must call it.
  package func agreeOnRoot(_ body: () throws -> Void) throws {
    try agree { if rank == 0 { try body() } }
  }

  private func throwIfAnyFailed(_ error: (any Error)?) throws {
    // The largest `size - rank` of a failed rank names the lowest one.
    var verdict = [error == nil ? 0 : size - rank, error == nil ? 1 : 0]
    try maximum(&verdict)
    guard verdict[0] > 0 else { return }
    let failed = size - verdict[0]
    let message = try broadcast(error.map { "\($0)" } ?? "", from: failed)
    let code = try broadcast(error.map { Int(ExitCode.of($0)) } ?? 0, from: failed)
    throw AgreedError(
      message: message, exitCode: Int32(code), rank: verdict[1] == 0 ? nil : failed)
  }
}

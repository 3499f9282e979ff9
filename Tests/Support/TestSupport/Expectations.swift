// `swift build --static-swift-stdlib` builds this target too, and has no Testing library.
#if canImport(Testing)
  package import Collectives
  package import Testing

  /// Records a failure, with the job's last output, unless the launched tests passed.
  package func expectPassed(
    _ result: LaunchResult, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      result.status == 0,
      "exit \(result.status)\n\(result.output.suffix(3000))\n\(result.errors.suffix(1500))",
      sourceLocation: sourceLocation)
  }

  /// Expects a condition on all ranks: each learns of a failure on any of them.
  ///
  /// Unlike a `#require` that fails on one rank only, this never leaves the other ranks
  /// waiting: all stop the test together.
  ///
  /// - Collective: every rank of `group` must call it.
  package func expectEverywhere(
    _ condition: Bool, on group: borrowing some RankGroup & ~Copyable, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let rank = group.rank
    #expect(
      condition, "on rank \(rank): \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    let failures = try group.sum(condition ? 0 : 1)
    try #require(failures == 0, "failed on \(failures) ranks", sourceLocation: sourceLocation)
  }
#endif

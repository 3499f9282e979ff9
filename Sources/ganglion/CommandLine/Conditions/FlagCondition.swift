/// Flags that do something only where a condition holds.
///
/// One row of a command's table: a flag that is given where its condition does not hold would
/// be ignored, and the run would not be the one that was asked for, so it is refused.
struct FlagCondition {
  /// Long names, without dashes.
  let flags: [String]
  let holds: Bool
  /// Why they do nothing where it does not hold.
  let reason: String

  init(_ flags: [String], when holds: Bool, else reason: String) {
    self.flags = flags
    self.holds = holds
    self.reason = reason
  }
}

/// A command some of whose flags do nothing beside others.
protocol ConditionalFlags {
  /// The flags that do not always do something; those of no row always do.
  var flagConditions: [FlagCondition] { get }
}

extension ConditionalFlags {
  /// Refuses flags that would do nothing.
  ///
  /// - Throws: `CommandLineError` (64) about the first one.
  func requireEffect(of given: GivenFlags) throws {
    for condition in flagConditions where !condition.holds {
      guard let flag = condition.flags.first(where: given.contains) else { continue }
      throw CommandLineError.usage(
        "--\(flag) does nothing here: \(condition.reason); leave it out")
    }
  }
}

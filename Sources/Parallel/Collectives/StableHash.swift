/// Hashes that every process computes alike, as those of `Hasher` differ from run to run.
///
/// Not against an adversary: two texts of one hash are easily made.
///
/// Reference: Fowler, Noll and Vo, FNV-1a (IETF draft-eastlake-fnv).
package enum StableHash {
  /// The 64-bit hash of a text's UTF-8.
  package static func bits64(of text: String) -> UInt64 {
    hash(text, start: 0xcbf2_9ce4_8422_2325, prime: 0x100_0000_01b3)
  }

  /// The 32-bit hash of a text's UTF-8.
  package static func bits32(of text: String) -> UInt32 {
    hash(text, start: 0x811c_9dc5, prime: 0x100_0193)
  }

  private static func hash<Word: FixedWidthInteger & UnsignedInteger>(
    _ text: String, start: Word, prime: Word
  ) -> Word {
    text.utf8.reduce(start) { ($0 ^ Word($1)) &* prime }
  }
}

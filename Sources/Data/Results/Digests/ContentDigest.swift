package import Collectives
package import LinearAlgebra

/// A digest of what a run has read, the same on any number of ranks: rows, each on one rank.
///
/// It is the sum over rows of the SHA-256 of the row's number and its bytes, cut to 128 bits.
package struct ContentDigest: ~Copyable {
  /// Four sums of 32-bit words, which 2³¹ rows do not overflow.
  private var sums = [Int](repeating: 0, count: 4)

  package init() {}

  /// Adds a row, of numbers as they are in memory.
  package mutating func add<T: Transferable>(_ row: Span<T>, number: Int) {
    var digest = SHA256()
    // Numbers have no padding, whose bytes would be anything.
    unsafe digest.update([number].span.bytes)
    unsafe digest.update(row.bytes)
    let bytes = digest.bytes()
    for i in sums.indices {
      sums[i] += bytes[(4 * i)..<(4 * i + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  /// The digest of all ranks' rows, as hexadecimal digits.
  ///
  /// - Collective: every rank of `group` must call it.
  package consuming func finish(
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> String {
    var sums = self.sums
    try group.sum(&sums)
    return sums.map { word in
      let digits = String(UInt32(truncatingIfNeeded: word), radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The digest of a matrix whose rows, the first of which is number `first`, are this rank's.
  ///
  /// - Collective: every rank of `group` must call it.
  package static func of<S: Scalar & Transferable>(
    _ rows: borrowing Matrix<S>, first: Int, on group: borrowing some RankGroup & ~Copyable
  ) throws -> String {
    var digest = ContentDigest()
    for i in 0..<rows.rows { digest.add(rows.row(i), number: first + i) }
    return try digest.finish(on: group)
  }

  /// The digest of numbers that every rank has.
  package static func of<T: Transferable>(_ numbers: [T]) throws -> String {
    var digest = ContentDigest()
    digest.add(numbers.span, number: numbers.count)
    return try digest.finish(on: SingleRank())
  }

  /// The digest of texts that every rank has.
  package static func of(_ texts: [String]) throws -> String {
    // No text has this character inside, so that none can pass for two.
    try of(Array(texts.joined(separator: "\u{0}").utf8))
  }
}

/// Benjamini and Hochberg's false discovery rates of many p values, in bounded memory.
///
/// The p values are counted in bins of their logarithm, of which ranks can add up their own.
/// With m values, of which c(b) lie in bin b or below it and u(b) is the largest in it,
/// ```
/// q(p) = min over bins b at or above that of p of m u(b) / c(b)
/// ```
/// which is their q of the values in order where a bin has no two different ones, and else larger
/// by at most the width of a bin, 1 in 2,000; all values below 2⁻³² share one.
///
/// Reference: Benjamini and Hochberg (1995), J. R. Statist. Soc. B 57, 289.
package struct FalseDiscovery: Sendable {
  /// Values by bin, bin 0 being that of 1.
  package var counts: [Int]
  /// The largest value of each bin.
  package var largest: [Double]

  /// Bits of the fraction that tell bins apart, and halvings of p that have bins of their own.
  private static var fractionBits: Int { 11 }
  private static var halvings: Int { 32 }

  package init() {
    counts = [Int](repeating: 0, count: Self.halvings << Self.fractionBits + 2)
    largest = [Double](repeating: 0, count: counts.count)
  }

  /// Counts a p value in (0, 1].
  package mutating func add(_ p: Double) {
    let bin = bin(of: p)
    counts[bin] += 1
    largest[bin] = max(largest[bin], p)
  }

  /// The q of each bin.
  package var rates: [Double] {
    let total = Double(counts.reduce(0, +))
    var atOrBelow = counts.reduce(0, +)
    var least = 1.0
    return counts.indices.map { bin in
      if counts[bin] > 0 { least = min(least, total * largest[bin] / Double(atOrBelow)) }
      atOrBelow -= counts[bin]
      return least
    }
  }

  /// The bin of a p value: its exponent and the first bits of its fraction, from those of 1 down.
  package func bin(of p: Double) -> Int {
    precondition(p > 0 && p <= 1, "a p value of \(p)")
    let shift = UInt64(52 - Self.fractionBits)
    return min(Int((1.0).bitPattern >> shift) - Int(p.bitPattern >> shift), counts.count - 1)
  }
}

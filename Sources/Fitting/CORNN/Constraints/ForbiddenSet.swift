/// A set of presynaptic neurons, one bit each.
package struct ForbiddenSet: Hashable, Sendable {
  private var words: [UInt64]

  /// The empty set among `neurons` neurons.
  package init(neurons: Int) {
    words = [UInt64](repeating: 0, count: (neurons + 63) / 64)
  }

  /// Whether a neuron is a member.
  package func contains(_ neuron: Int) -> Bool {
    words[neuron >> 6] & (1 << UInt64(neuron & 63)) != 0
  }

  /// Makes a neuron a member.
  package mutating func insert(_ neuron: Int) {
    words[neuron >> 6] |= 1 << UInt64(neuron & 63)
  }

  /// Takes a neuron out.
  package mutating func remove(_ neuron: Int) {
    words[neuron >> 6] &= ~(1 << UInt64(neuron & 63))
  }

  /// Takes all members of another set in.
  package mutating func formUnion(_ other: ForbiddenSet) {
    for i in words.indices { words[i] |= other.words[i] }
  }

  /// How many members there are.
  package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The members, ascending.
  package var members: [Int] {
    var result: [Int] = []
    result.reserveCapacity(count)
    for (i, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        result.append(i << 6 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return result
  }
}

// How ranks compare sets, and tell each other one.
extension ForbiddenSet {
  /// Bytes of a set among some neurons.
  static func byteCount(neurons: Int) -> Int { (neurons + 63) / 64 * 8 }

  /// Eight a word, the lowest first.
  var bytes: [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }
  }

  init(bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    words = stride(from: 0, to: bytes.count, by: 8).map { first in
      (0..<8).reduce(0) { $0 | UInt64(bytes[first + $1]) << (8 * UInt64($1)) }
    }
  }

  /// A number that equal sets have in common on every rank, and others hardly ever: the exclusive or
  /// of one for each member.
  var mark: Int { members.reduce(0) { $0 ^ Self.mark(of: $1) } }

  /// That of a set of one member.
  static func mark(of neuron: Int) -> Int {
    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    var z = (UInt64(neuron) &+ 1) &* 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int(truncatingIfNeeded: z ^ (z >> 31))
  }
}

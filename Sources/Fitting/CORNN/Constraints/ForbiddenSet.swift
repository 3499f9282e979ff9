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

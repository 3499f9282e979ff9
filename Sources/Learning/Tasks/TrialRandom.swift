package import RandomNumbers
internal import RealModule

/// The random numbers of one trial, taken one after the other.
package struct TrialRandom {
  private let stream: RandomStream
  private var words: [UInt32] = []
  private var next = 0
  private var fetched = 0

  /// Draws from a stream, from its first word on.
  package init(_ stream: RandomStream) { self.stream = stream }

  private mutating func word() -> UInt32 {
    if next == words.count {
      var block = [UInt32](repeating: 0, count: 256)
      var span = block.mutableSpan
      stream.fillWords(&span, startingAt: fetched)
      words = block
      fetched += 256
      next = 0
    }
    next += 1
    return words[next - 1]
  }

  /// Uniform in the open (0, 1).
  package mutating func uniform() -> Double { (Double(word()) + 0.5) * 0x1p-32 }

  /// Uniform in a range.
  package mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Uniform among 0, …, bound − 1.
  package mutating func integer(below bound: Int) -> Int {
    Int((UInt64(word()) * UInt64(bound)) >> 32)
  }

  /// A standard normal number.
  package mutating func normal() -> Double {
    let radius = (-2 * Double.log(uniform())).squareRoot()
    return radius * Double.cos(2 * .pi * uniform())
  }

  /// An exponential number of the given mean.
  package mutating func exponential(mean: Double) -> Double { -mean * Double.log(uniform()) }

  /// A random order of 0, …, count − 1.
  package mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(below: i + 1)) }
    return order
  }
}

internal import Kernels
package import LinearAlgebra

/// One stream of random numbers whose element i depends on nothing but i.
///
/// Philox4x32-10 is a keyed hash of a counter, so a stream has no state: any rank
/// computes any part of it, and the numbers do not depend on the number of ranks, on
/// how a range is split into calls, or on the processor.
/// ```swift
/// let v = RandomStream(seed: 7, stream: 0, k: tangent, iteration: step)
/// v.fillNormal(&block, startingAt: firstParameter)
/// ```
/// Streams that differ in any of seed, stream, k and iteration are independent. Words,
/// uniform and normal numbers of one stream are made of the same words: use each stream
/// for one purpose.
///
/// - Complexity: below a nanosecond a number with AVX-512 or AVX2; no memory.
/// Reference: Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3.
package struct RandomStream: Equatable, Sendable {
  /// The key and counter words of the generator.
  let philox: PhiloxStream

  /// The stream of the given coordinates.
  ///
  /// - Parameters:
  ///   - seed: the user's seed.
  ///   - stream: the purpose: tangents, data, noise, initial values, ….
  ///   - k: the tangent, trial or unit, counted over all ranks.
  ///   - iteration: the training step or epoch.
  package init(seed: UInt64, stream: UInt32, k: UInt32 = 0, iteration: UInt32 = 0) {
    philox = PhiloxStream(seed: seed, k: k, iteration: iteration, stream: stream)
  }

  // MARK: - Ranges

  /// Fills `out` with the standard normal numbers `index`, `index + 1`, … .
  ///
  /// `Float` gives the numbers of `Double` to a few units in the last place.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func fillNormal<S: Scalar>(_ out: inout MutableSpan<S>, startingAt index: Int = 0) {
    S.fillNormal(&out, from: philox, first: index)
  }

  /// Fills `out` with the numbers `index`, `index + 1`, … uniform in the open (0, 1).
  ///
  /// `u < p` is true with probability p: exact to 2⁻³² in `Double`, 2⁻²³ in `Float`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func fillUniform<S: Scalar>(_ out: inout MutableSpan<S>, startingAt index: Int = 0) {
    S.fillUniform(&out, from: philox, first: index)
  }

  /// Fills `out` with numbers uniform in `range`; rounding may reach its ends.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func fillUniform<S: Scalar>(
    _ out: inout MutableSpan<S>, in range: ClosedRange<S>, startingAt index: Int = 0
  ) {
    S.fillUniform(&out, from: philox, first: index)
    let width = range.upperBound - range.lowerBound
    for i in out.indices { out[i] = min(range.lowerBound + width * out[i], range.upperBound) }
  }

  /// Fills `out` with the words `index`, `index + 1`, … .
  package func fillWords(_ out: inout MutableSpan<UInt32>, startingAt index: Int = 0) {
    philox.fillWords(&out, first: index)
  }

  // MARK: - Single numbers

  /// The standard normal number `index`.
  package func normal(at index: Int) -> Double {
    var one: [1 of Double] = [0]
    var span = one.mutableSpan
    fillNormal(&span, startingAt: index)
    return one[0]
  }

  /// The number `index`, uniform in the open (0, 1).
  package func uniform(at index: Int) -> Double {
    (Double(word(at: index)) + 0.5) * 0x1p-32
  }

  /// The number `index`, uniform in `range`; rounding may reach its ends.
  package func uniform(in range: ClosedRange<Double>, at index: Int) -> Double {
    let width = range.upperBound - range.lowerBound
    return min(range.lowerBound + width * uniform(at: index), range.upperBound)
  }

  /// The number `index`, uniform among 0, 1, …, `bound` − 1.
  ///
  /// No value is more likely than another by more than `bound` / 2³².
  package func integer(below bound: Int, at index: Int) -> Int {
    precondition(bound > 0 && bound <= 1 << 32, "no integer in 0..<\(bound), or too many")
    return Int((UInt64(word(at: index)) * UInt64(bound)) >> 32)
  }

  /// The word `index`.
  package func word(at index: Int) -> UInt32 {
    var one: [1 of UInt32] = [0]
    var span = one.mutableSpan
    philox.fillWords(&span, first: index)
    return one[0]
  }

  /// A random order of 0, 1, …, `count` − 1, from the first `count` words.
  ///
  /// - Complexity: O(count).
  package func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    var words = [UInt32](repeating: 0, count: count)
    var span = words.mutableSpan
    fillWords(&span)
    var i = count - 1
    while i > 0 {
      order.swapAt(i, Int((UInt64(words[i]) * UInt64(i + 1)) >> 32))
      i -= 1
    }
    return order
  }
}

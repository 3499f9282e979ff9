import Kernels
import LinearAlgebra
import RandomNumbers
import Testing

/// The numbers `range` of a stream, made in one call.
func normals<S: Scalar>(_ type: S.Type, _ stream: RandomStream, _ range: Range<Int>) -> [S] {
  var values = [S](repeating: 0, count: range.count)
  var span = values.mutableSpan
  stream.fillNormal(&span, startingAt: range.lowerBound)
  return values
}

func uniforms<S: Scalar>(_ type: S.Type, _ stream: RandomStream, _ range: Range<Int>) -> [S] {
  var values = [S](repeating: 0, count: range.count)
  var span = values.mutableSpan
  stream.fillUniform(&span, startingAt: range.lowerBound)
  return values
}

@Suite(.serialized) struct RandomStreamTests {
  /// The known answers published with the generator (Random123, `kat_vectors`).
  @Test func knownAnswers() {
    let zero = RandomStream(seed: 0, stream: 0)
    #expect(
      (0..<4).map { zero.word(at: $0) } == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = RandomStream(seed: .max, stream: .max, k: .max, iteration: .max)
    let last = 4 * (1 << 32) - 4
    #expect(
      (0..<4).map { ones.word(at: last + $0) }
        == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    let digits = RandomStream(
      seed: 0x299f_31d0_a409_3822, stream: 0x0370_7344, k: 0x85a3_08d3, iteration: 0x1319_8a2e)
    #expect(
      (0..<4).map { digits.word(at: 4 * 0x243f_6a88 + $0) }
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  /// Made with an independent Philox and mpmath at 40 digits.
  @Test func normalNumbersOfKnownWords() {
    let stream = RandomStream(seed: 0x0123_4567_89ab_cdef, stream: 3, k: 7, iteration: 11)
    let expected: [Int: Double] = [
      0: -1.187235836506190344, 1: 1.676724307746683228, 2: 1.0315965019305140924,
      3: -0.067362406346448703251, 20: -0.27096578420875079114, 21: -0.71367280760715294681,
      22: -0.027129838829173175908, 23: 0.98190934454673621194,
    ]
    let floats = normals(Float.self, stream, 0..<24)
    for (index, value) in expected {
      #expect(abs(stream.normal(at: index) / value - 1) < 1e-15)
      #expect(abs(Double(floats[index]) / value - 1) < 4e-7)
    }
  }

  @Test(arguments: [2, 3, 4]) func everyProcessorLevelGivesTheSameBits(level: Int) {
    let stream = RandomStream(seed: 5, stream: 1, k: 2, iteration: 3)
    let floats = normals(Float.self, stream, 3..<5003)
    let doubles = normals(Double.self, stream, 3..<5003)
    let uniform = uniforms(Float.self, stream, 3..<5003)
    withProcessorLevel(atMost: level) {
      #expect(normals(Float.self, stream, 3..<5003) == floats)
      #expect(normals(Double.self, stream, 3..<5003) == doubles)
      #expect(uniforms(Float.self, stream, 3..<5003) == uniform)
    }
  }

  @Test(arguments: [1, 2, 3, 5, 64, 255, 256, 257, 1021])
  func aRangeDoesNotDependOnItsSplit(length: Int) {
    let stream = RandomStream(seed: 9, stream: 4)
    let whole = normals(Float.self, stream, 0..<3000)
    let wholeDouble = normals(Double.self, stream, 0..<3000)
    let wholeUniform = uniforms(Double.self, stream, 0..<3000)
    for start in stride(from: 0, to: 3000, by: length) {
      let range = start..<min(start + length, 3000)
      #expect(normals(Float.self, stream, range) == Array(whole[range]))
      #expect(normals(Double.self, stream, range) == Array(wholeDouble[range]))
      #expect(uniforms(Double.self, stream, range) == Array(wholeUniform[range]))
    }
  }

  /// Bounds are five standard errors of each moment for n = 10⁶ independent numbers.
  @Test func moments() {
    let n = 1_000_000
    let values = normals(Double.self, RandomStream(seed: 1, stream: 0), 0..<n)
    let other = normals(Double.self, RandomStream(seed: 1, stream: 0, k: 1), 0..<n)
    func mean(_ f: (Int) -> Double) -> Double { (0..<n).reduce(0) { $0 + f($1) } / Double(n) }
    #expect(abs(mean { values[$0] }) < 5e-3)
    #expect(abs(mean { values[$0] * values[$0] } - 1) < 5e-3 * 1.4143)
    #expect(abs(mean { values[$0] * values[$0] * values[$0] }) < 5e-3 * 3.873)
    #expect(abs(mean { values[$0] * values[$0] * values[$0] * values[$0] } - 3) < 5e-3 * 9.8)
    #expect(abs(mean { values[$0] * other[$0] }) < 5e-3)
    #expect(abs(mean { values[$0] * values[($0 + 1) % n] }) < 5e-3)
    // P(|z| < 1) = 0.6826894921370859.
    #expect(abs(mean { abs(values[$0]) < 1 ? 1 : 0 } - 0.6826894921370859) < 5e-3 * 0.4655)
    let uniform = uniforms(Float.self, RandomStream(seed: 1, stream: 1), 0..<n)
    #expect(uniform.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(abs(mean { Double(uniform[$0]) } - 0.5) < 5e-3 * 0.2887)
  }

  @Test func rangesIntegersAndOrders() {
    let stream = RandomStream(seed: 3, stream: 2)
    var values = [Float](repeating: 0, count: 1000)
    var span = values.mutableSpan
    stream.fillUniform(&span, in: -2...3, startingAt: 10)
    #expect(values.allSatisfy { $0 >= -2 && $0 <= 3 })
    #expect(abs(Double(values[7]) - stream.uniform(in: -2...3, at: 17)) < 1e-6)
    #expect(stream.uniform(at: 17) == uniforms(Double.self, stream, 17..<18)[0])
    let counts = (0..<6000).reduce(into: [Int](repeating: 0, count: 6)) {
      $0[stream.integer(below: 6, at: $1)] += 1
    }
    #expect(counts.allSatisfy { abs($0 - 1000) < 150 })
    let order = stream.permutation(of: 500)
    #expect(order.sorted() == Array(0..<500))
    #expect(order != Array(0..<500))
  }
}

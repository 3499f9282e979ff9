internal import CKernels

/// The coordinates of one Philox4x32-10 stream: its key and three words of its counter.
///
/// `RandomStream` of RandomNumbers gives these names their meaning.
package struct PhiloxStream: Equatable, Sendable {
  package var seed: UInt64
  package var k: UInt32
  package var iteration: UInt32
  package var stream: UInt32

  package init(seed: UInt64, k: UInt32, iteration: UInt32, stream: UInt32) {
    self.seed = seed
    self.k = k
    self.iteration = iteration
    self.stream = stream
  }

  /// Writes the 32-bit words `first`, `first + 1`, … of the stream.
  package func fillWords(_ out: inout MutableSpan<UInt32>, first: Int) {
    checkRange(first, out.count)
    unsafe out.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      ck_random_words(seed, k, iteration, stream, UInt64(first), $0.count, base)
    }
  }

  /// A stream has 2³² blocks of four words.
  func checkRange(_ first: Int, _ count: Int) {
    precondition(
      first >= 0 && count <= (1 << 34) - first,
      "elements \(first)..<\(first + count) of a stream that has 2³⁴")
  }
}

/// Random numbers by precision; call `RandomStream` instead.
package protocol RandomKernels: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// Uniform numbers in (0, 1). C: `ck_random_uniform_f32`, `_f64`.
  static func fillUniform(_ out: inout MutableSpan<Self>, from stream: PhiloxStream, first: Int)

  /// Standard normal numbers. C: `ck_random_normal_f32`, `_f64`.
  static func fillNormal(_ out: inout MutableSpan<Self>, from stream: PhiloxStream, first: Int)
}

extension Float: RandomKernels {
  package static func fillUniform(
    _ out: inout MutableSpan<Float>, from s: PhiloxStream, first: Int
  ) {
    s.checkRange(first, out.count)
    unsafe out.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      ck_random_uniform_f32(s.seed, s.k, s.iteration, s.stream, UInt64(first), $0.count, base)
    }
  }

  package static func fillNormal(
    _ out: inout MutableSpan<Float>, from s: PhiloxStream, first: Int
  ) {
    s.checkRange(first, out.count)
    unsafe out.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      ck_random_normal_f32(s.seed, s.k, s.iteration, s.stream, UInt64(first), $0.count, base)
    }
  }
}

extension Double: RandomKernels {
  package static func fillUniform(
    _ out: inout MutableSpan<Double>, from s: PhiloxStream, first: Int
  ) {
    s.checkRange(first, out.count)
    unsafe out.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      ck_random_uniform_f64(s.seed, s.k, s.iteration, s.stream, UInt64(first), $0.count, base)
    }
  }

  package static func fillNormal(
    _ out: inout MutableSpan<Double>, from s: PhiloxStream, first: Int
  ) {
    s.checkRange(first, out.count)
    unsafe out.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      ck_random_normal_f64(s.seed, s.k, s.iteration, s.stream, UInt64(first), $0.count, base)
    }
  }
}

private import Glibc

/// The discrete Fourier transform of series of one length, whatever its factors.
///
/// `X[f] = Σ_t x[t] e^{−2πi f t / n}`. With `f t = (f² + t² − (f − t)²) / 2` it is a convolution
/// with the chirp `e^{πi t² / n}`, taken by transforms of a power of two.
///
/// - Complexity: O(n log n) flops, O(n) numbers.
///
/// Reference: Bluestein (1970), IEEE Trans. Audio Electroacoustics 18, 451.
package struct FourierTransform: Sendable {
  /// Numbers of a series, n.
  package let count: Int
  /// `e^{−πi t² / n}`.
  private let chirp: ComplexSeries
  /// The transform of the chirp's conjugate, at the places −(n − 1)…n − 1 of a circle.
  private let kernel: ComplexSeries
  private let circle: RadixTwoTransform

  package init(count: Int) {
    precondition(count > 0, "a series of \(count) numbers")
    self.count = count
    var chirp = ComplexSeries(count: count)
    for t in 0..<count {
      // t² modulo 2n first: the phase of a large square would be rounding.
      let phase = Double.pi * Double(t * t % (2 * count)) / Double(count)
      chirp.real[t] = cos(phase)
      chirp.imaginary[t] = -sin(phase)
    }
    circle = RadixTwoTransform(atLeast: 2 * count - 1)
    var kernel = ComplexSeries(count: circle.count)
    for t in 0..<count {
      for place in Set([t, (circle.count - t) % circle.count]) {
        kernel.real[place] = chirp.real[t]
        kernel.imaginary[place] = -chirp.imaginary[t]
      }
    }
    circle.transform(&kernel)
    self.chirp = chirp
    self.kernel = kernel
  }

  /// The transform of a series.
  package func forward(_ series: ComplexSeries) -> ComplexSeries {
    precondition(series.count == count, "\(series.count) numbers for a transform of \(count)")
    var padded = ComplexSeries(count: circle.count)
    for t in 0..<count { padded.set(t, series, t, times: chirp, t) }
    circle.transform(&padded)
    padded.multiply(by: kernel)
    circle.invert(&padded)
    var result = ComplexSeries(count: count)
    for f in 0..<count { result.set(f, padded, f, times: chirp, f) }
    return result
  }

  /// The real series of two transforms, of which `X[n − f]` is the conjugate of `X[f]`, by one inverse:
  /// of X + iY the real part is x, and the imaginary part y.
  package func inverse(
    _ first: ComplexSeries, _ second: ComplexSeries
  ) -> (first: [Double], second: [Double]) {
    var both = first
    for f in 0..<count {
      both.real[f] -= second.imaginary[f]
      both.imaginary[f] += second.real[f]
    }
    let series = inverse(both)
    return (series.real, series.imaginary)
  }

  /// The series of a transform: `x[t] = Σ_f X[f] e^{2πi f t / n} / n`.
  package func inverse(_ transform: ComplexSeries) -> ComplexSeries {
    var result = forward(transform.conjugate)
    for t in 0..<count {
      result.real[t] /= Double(count)
      result.imaginary[t] /= -Double(count)
    }
    return result
  }
}

/// Complex numbers one after the other.
package struct ComplexSeries: Sendable {
  package var real: [Double]
  package var imaginary: [Double]

  /// How many there are.
  package var count: Int { real.count }

  /// Zeros.
  package init(count: Int) {
    real = [Double](repeating: 0, count: count)
    imaginary = real
  }

  /// Real numbers.
  package init(_ real: [Double]) {
    self.real = real
    imaginary = [Double](repeating: 0, count: real.count)
  }

  fileprivate var conjugate: ComplexSeries {
    var result = self
    for t in imaginary.indices { result.imaginary[t] = -imaginary[t] }
    return result
  }

  /// Multiplies a number by `e^{2πi turn}`.
  package mutating func turn(_ i: Int, by turn: Double) {
    let (c, s) = (cos(2 * .pi * turn), sin(2 * .pi * turn))
    (real[i], imaginary[i]) = (real[i] * c - imaginary[i] * s, real[i] * s + imaginary[i] * c)
  }

  /// `this[i] ← conj(this[j])`.
  package mutating func setConjugate(_ i: Int, of j: Int) {
    (real[i], imaginary[i]) = (real[j], -imaginary[j])
  }

  /// `this[i] ← this[i] · other[i]`.
  fileprivate mutating func multiply(by other: ComplexSeries) {
    for i in real.indices {
      let re = real[i] * other.real[i] - imaginary[i] * other.imaginary[i]
      imaginary[i] = real[i] * other.imaginary[i] + imaginary[i] * other.real[i]
      real[i] = re
    }
  }

  /// `this[i] ← a[j] · b[k]`, a being another: of this it would be a copy each time.
  fileprivate mutating func set(
    _ i: Int, _ a: ComplexSeries, _ j: Int, times b: ComplexSeries, _ k: Int
  ) {
    let re = a.real[j] * b.real[k] - a.imaginary[j] * b.imaginary[k]
    imaginary[i] = a.real[j] * b.imaginary[k] + a.imaginary[j] * b.real[k]
    real[i] = re
  }
}

/// The transform of a power of two, in place (Cooley and Tukey, 1965).
private struct RadixTwoTransform: Sendable {
  let count: Int
  /// `cos` and `sin` of `2π k / count`, k < count / 2.
  private let cosines: [Double]
  private let sines: [Double]
  private let reversed: [Int]

  /// The smallest one of at least so many numbers.
  init(atLeast least: Int) {
    var length = 1
    var bits = 0
    while length < least {
      length *= 2
      bits += 1
    }
    count = length
    cosines = (0..<length / 2).map { cos(2 * .pi * Double($0) / Double(length)) }
    sines = (0..<length / 2).map { sin(2 * .pi * Double($0) / Double(length)) }
    var reversed = [Int](repeating: 0, count: length)
    for i in 1..<max(1, length) { reversed[i] = reversed[i / 2] / 2 | (i & 1) << (bits - 1) }
    self.reversed = reversed
  }

  func transform(_ x: inout ComplexSeries) {
    for i in 0..<count where i < reversed[i] {
      x.real.swapAt(i, reversed[i])
      x.imaginary.swapAt(i, reversed[i])
    }
    var half = 1
    while half < count {
      let stride = count / (2 * half)
      for start in Swift.stride(from: 0, to: count, by: 2 * half) {
        for k in 0..<half {
          let (i, j) = (start + k, start + k + half)
          let (c, s) = (cosines[k * stride], -sines[k * stride])
          let re = x.real[j] * c - x.imaginary[j] * s
          let im = x.real[j] * s + x.imaginary[j] * c
          x.real[j] = x.real[i] - re
          x.imaginary[j] = x.imaginary[i] - im
          x.real[i] += re
          x.imaginary[i] += im
        }
      }
      half *= 2
    }
  }

  func invert(_ x: inout ComplexSeries) {
    swap(&x.real, &x.imaginary)
    transform(&x)
    swap(&x.real, &x.imaginary)
    for i in 0..<count {
      x.real[i] /= Double(count)
      x.imaginary[i] /= Double(count)
    }
  }
}

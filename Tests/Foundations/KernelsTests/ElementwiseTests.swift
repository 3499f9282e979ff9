import Kernels
import Testing

/// The distance of `value` from `reference` in units in the last place of S.
func ulps<S: VectorKernels>(_ value: S, _ reference: Double) -> Double {
  if value.isNaN || reference.isNaN { return value.isNaN && reference.isNaN ? 0 : .infinity }
  if value.isInfinite { return Double(value) == reference ? 0 : .infinity }
  return abs(Double(value) - reference) / Double(S(reference).ulp)
}

func tanhs<S: VectorKernels>(_ x: [S]) -> [S] {
  var y = [S](repeating: 0, count: x.count)
  var span = y.mutableSpan
  tanh(x.span, into: &span)
  return y
}

func logCoshs<S: VectorKernels>(_ x: [S]) -> [S] {
  var y = [S](repeating: 0, count: x.count)
  var span = y.mutableSpan
  logCosh(x.span, into: &span)
  return y
}

func atanhs<S: VectorKernels>(_ x: [S]) -> [S] {
  var y = [S](repeating: 0, count: x.count)
  var span = y.mutableSpan
  atanh(x.span, into: &span)
  return y
}

@Suite(.serialized) struct ElementwiseTests {
  func referenceValues<S: VectorKernels>(_ type: S.Type) {
    let x = elementaryReference.map { S($0.0) }
    let odd = (tanhs(x), tanhs(x.map { -$0 }), atanhs(x), atanhs(x.map { -$0 }))
    let even = (logCoshs(x), logCoshs(x.map { -$0 }))
    for (i, (x, tanh, logCosh, atanh)) in elementaryReference.enumerated() {
      #expect(ulps(odd.0[i], tanh) <= 3, "tanh \(x)")
      #expect(odd.1[i] == -odd.0[i])
      #expect(ulps(even.0[i], logCosh) <= 4, "ln cosh \(x)")
      #expect(even.1[i] == even.0[i])
      guard x < 1 else { continue }
      #expect(ulps(odd.2[i], atanh) <= 4, "artanh \(x)")
      #expect(odd.3[i] == -odd.2[i])
    }
  }

  @Test(arguments: [2, 3, 4]) func referenceValues(level: Int) {
    withProcessorLevel(atMost: level) {
      referenceValues(Float.self)
      referenceValues(Double.self)
    }
  }

  func specialValues<S: VectorKernels>(_ type: S.Type) {
    let x: [S] = [0, -0.0, .infinity, -.infinity, .nan, .leastNormalMagnitude]
    let t = tanhs(x)
    #expect(t[0] == 0 && t[0].sign == .plus && t[1] == 0 && t[1].sign == .minus)
    #expect(t[2] == 1 && t[3] == -1 && t[4].isNaN && t[5] == x[5])
    let l = logCoshs(x)
    #expect(l[0] == 0 && l[1] == 0 && l[2] == .infinity && l[3] == .infinity && l[4].isNaN)
    let a = atanhs([0, -0.0, 1, -1, S(1).nextUp, .infinity, .nan] as [S])
    #expect(a[0].sign == .plus && a[1] == 0 && a[1].sign == .minus)
    #expect(a[2] == .infinity && a[3] == -.infinity && a[4].isNaN && a[5].isNaN && a[6].isNaN)
  }

  @Test func specialValues() {
    specialValues(Float.self)
    specialValues(Double.self)
  }

  /// Identities over the whole range, and Float against Double at every Float tried.
  @Test(arguments: [2, 3, 4]) func identities(level: Int) {
    withProcessorLevel(atMost: level) {
      let floats = (0..<20_000).map { (Float($0) - 10_000) * 0.00131 }
      let doubles = floats.map(Double.init)
      let (t, tf) = (tanhs(doubles), tanhs(floats))
      let (l, lf) = (logCoshs(doubles), logCoshs(floats))
      let back = atanhs(t)
      var worst = (tanh: 0.0, logCosh: 0.0, inverse: 0.0)
      for i in floats.indices {
        worst.tanh = max(worst.tanh, ulps(tf[i], t[i]))
        worst.logCosh = max(worst.logCosh, ulps(lf[i], l[i]))
        // artanh amplifies the error of t by 1 / (1 - t²).
        guard abs(doubles[i]) < 5 else { continue }
        let amplified = abs(t[i]) / (1 - t[i] * t[i])
        worst.inverse = max(
          worst.inverse, abs(back[i] - doubles[i]) / (abs(doubles[i]) + amplified))
      }
      #expect(worst.tanh <= 3)
      #expect(worst.logCosh <= 4)
      #expect(worst.inverse <= 8 * Double.ulpOfOne)
      // tanh does not decrease; d ln cosh / dx = tanh x by central differences.
      let h = 0.00131
      for i in 1..<(floats.count - 1) {
        #expect(t[i] <= t[i + 1])
        #expect(abs((l[i + 1] - l[i - 1]) / (doubles[i + 1] - doubles[i - 1]) - t[i]) < h * h)
      }
    }
  }

  @Test func inPlaceIsTheSame() {
    let x = (0..<37).map { Float($0) * 0.2 - 3 }
    var y = x
    var span = y.mutableSpan
    applyTanh(to: &span)
    #expect(y == tanhs(x))
  }
}

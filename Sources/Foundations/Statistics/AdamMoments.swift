/// Running moments of gradients, and the steps that Adam makes of them.
///
/// ```
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
/// ```
/// Where the gradient is always zero nothing moves.
/// Reference: Kingma, Ba (2015), with the standard bias correction, once.
package struct AdamMoments: Sendable {
  /// β₁ and β₂, decays of the mean of gradients and of their squares, and ε.
  private static var decays: (first: Double, second: Double) { (0.9, 0.999) }
  private static var epsilon: Double { 1e-8 }

  /// m, an entry a parameter.
  package private(set) var first: [Double]
  /// v.
  private var second: [Double]
  /// Gradients taken in.
  private var count = 0

  /// Moments of so many parameters before the first gradient.
  package init(parameters: Int) {
    first = [Double](repeating: 0, count: parameters)
    second = first
  }

  /// The number of gradients, then both moments.
  package var memory: [Double] {
    get { [Double(count)] + first + second }
    set {
      precondition(newValue.count == 1 + 2 * first.count, "\(newValue.count) numbers for Adam")
      count = Int(newValue[0])
      second = Array(newValue[(1 + first.count)...])
      first = Array(newValue[1...first.count])
    }
  }

  /// Takes a gradient in.
  package mutating func add(_ gradient: Span<Double>) {
    precondition(gradient.count == first.count, "\(gradient.count) of \(first.count) parameters")
    count += 1
    let (b1, b2) = Self.decays
    for i in first.indices {
      let g = gradient[i]
      first[i] = b1 * first[i] + (1 - b1) * g
      second[i] = b2 * second[i] + (1 - b2) * g * g
    }
  }

  /// Moves parameters along the moments, by a learning rate.
  package func move(_ parameters: inout MutableSpan<Double>, rate: Double) {
    precondition(parameters.count == first.count, "\(parameters.count) of \(first.count)")
    let correction1 = seenShare(decay: Self.decays.first, count: count)
    let correction2 = seenShare(decay: Self.decays.second, count: count)
    for i in first.indices {
      parameters[i] -=
        rate * (first[i] / correction1) / ((second[i] / correction2).squareRoot() + Self.epsilon)
    }
  }
}

/// `1 − βⁿ`: what a running mean that started from 0 has seen of n numbers.
package func seenShare(decay: Double, count: Int) -> Double {
  var result = 1.0
  var square = decay
  var rest = count
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return 1 - result
}

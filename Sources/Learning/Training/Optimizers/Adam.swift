package import Differentiation

/// Adam, and with a weight decay AdamW.
///
/// ```
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
/// ```
/// Reference: Kingma, Ba (2015), with the standard bias correction, once.
package struct Adam: UpdateRule {
  package static var multipliesMatrices: Bool { false }

  /// β₁ and β₂, decays of the mean of gradients and of their squares, and ε.
  private static var decays: (first: Double, second: Double) { (0.9, 0.999) }
  private static var epsilon: Double { 1e-8 }

  /// The parameters that it moves.
  private let ranges: [Range<Int>]
  private let weightDecay: WeightDecay
  private var first: [Double]
  private var second: [Double]
  private var count = 0

  /// Moves all parameters of a program.
  package init(_ program: Program, weightDecay: Double = 0) {
    self.init(
      ranges: [0..<program.parameterCount],
      weightDecay: WeightDecay(program, strength: weightDecay))
  }

  /// Moves the parameters in some places, which the decay may go beyond.
  init(ranges: [Range<Int>], weightDecay: WeightDecay) {
    self.ranges = ranges
    self.weightDecay = weightDecay
    first = [Double](repeating: 0, count: ranges.reduce(0) { $0 + $1.count })
    second = first
  }

  /// The number of steps, then both moments.
  package var memory: [Double] {
    get { [Double(count)] + first + second }
    set {
      precondition(newValue.count == 1 + 2 * first.count, "\(newValue.count) numbers for Adam")
      count = Int(newValue[0])
      second = Array(newValue[(1 + first.count)...])
      first = Array(newValue[1...first.count])
    }
  }

  package mutating func update(
    _ parameters: inout [Double], along gradient: [Double], rate: Double
  ) {
    weightDecay.apply(to: &parameters, rate: rate)
    count += 1
    let (b1, b2) = Self.decays
    let correction1 = seenShare(decay: b1, count: count)
    let correction2 = seenShare(decay: b2, count: count)
    var place = 0
    for range in ranges {
      for i in range {
        let g = gradient[i]
        first[place] = b1 * first[place] + (1 - b1) * g
        second[place] = b2 * second[place] + (1 - b2) * g * g
        parameters[i] -=
          rate * (first[place] / correction1)
          / ((second[place] / correction2).squareRoot() + Self.epsilon)
        place += 1
      }
    }
  }
}

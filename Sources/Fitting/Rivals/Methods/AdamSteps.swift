private import Glibc
internal import LinearAlgebra

/// Adam's steps down a gradient.
///
/// ```
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η (m / (1 − β₁ᵏ)) / (√(v / (1 − β₂ᵏ)) + ε)
/// ```
/// Where the gradient is always zero nothing moves.
/// Reference: Kingma, Ba (2015).
struct AdamSteps: ~Copyable {
  private let learningRate: Double
  private var first: Matrix<Double>
  private var second: Matrix<Double>
  private var count = 0

  /// β₁, β₂ and ε of the paper.
  private static let decays = (first: 0.9, second: 0.999)
  private static let epsilon = 1e-8

  init(rows: Int, columns: Int, learningRate: Double) {
    self.learningRate = learningRate
    first = Matrix(rows: rows, columns: columns)
    second = Matrix(rows: rows, columns: columns)
  }

  /// One step.
  mutating func step(_ theta: inout Matrix<Double>, _ gradient: borrowing Matrix<Double>) {
    count += 1
    let (b1, b2) = Self.decays
    first.average(gradient, decay: b1) { $0 }
    second.average(gradient, decay: b2) { $0 * $0 }
    let correction1 = 1 - pow(b1, Double(count))
    let correction2 = 1 - pow(b2, Double(count))
    let m = first.elements
    let v = second.elements
    var values = theta.mutableElements
    for k in 0..<values.count {
      values[k] -=
        learningRate * (m[k] / correction1) / ((v[k] / correction2).squareRoot() + Self.epsilon)
    }
  }
}

extension Matrix<Double> {
  /// Each entry becomes `decay · entry + (1 − decay) · power(g)`.
  fileprivate mutating func average(
    _ gradient: borrowing Matrix, decay: Double, _ power: (Double) -> Double
  ) {
    let g = gradient.elements
    var values = mutableElements
    for k in 0..<values.count { values[k] = decay * values[k] + (1 - decay) * power(g[k]) }
  }
}

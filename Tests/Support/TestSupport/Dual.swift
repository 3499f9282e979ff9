import Glibc

/// A number with one derivative, the plainest forward mode there is.
package struct Dual: Sendable {
  package var value: Double
  package var derivative: Double

  package init(_ value: Double, _ derivative: Double = 0) {
    self.value = value
    self.derivative = derivative
  }

  package static func + (a: Dual, b: Dual) -> Dual {
    Dual(a.value + b.value, a.derivative + b.derivative)
  }
  package static func - (a: Dual, b: Dual) -> Dual {
    Dual(a.value - b.value, a.derivative - b.derivative)
  }
  package static func * (a: Dual, b: Dual) -> Dual {
    Dual(a.value * b.value, a.derivative * b.value + a.value * b.derivative)
  }
  package static func / (a: Dual, b: Dual) -> Dual {
    Dual(
      a.value / b.value, (a.derivative * b.value - a.value * b.derivative) / (b.value * b.value))
  }

  package func exponential() -> Dual { Dual(exp(value), derivative * exp(value)) }
  package func logarithm() -> Dual { Dual(log(value), derivative / value) }
  package func sine() -> Dual { Dual(sin(value), derivative * cos(value)) }
  package func cosine() -> Dual { Dual(cos(value), -derivative * sin(value)) }
  package func hyperbolicTangent() -> Dual {
    Dual(tanh(value), derivative / (cosh(value) * cosh(value)))
  }
  package func rectified() -> Dual { value > 0 ? self : Dual(0) }
}

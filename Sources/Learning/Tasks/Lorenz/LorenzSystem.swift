/// The Lorenz system with σ = 10, ρ = 28, β = 8/3.
package enum LorenzSystem {
  /// The time step of the data, in units of the system's time.
  package static let timeStep = 0.01
  /// The largest Lyapunov exponent (Sprott 2003).
  package static let lyapunovExponent = 0.906

  /// The time derivative.
  static func rate(_ x: SIMD4<Double>) -> SIMD4<Double> {
    SIMD4(10 * (x.y - x.x), x.x * (28 - x.z) - x.y, x.x * x.y - 8 / 3 * x.z, 0)
  }

  /// One Runge-Kutta step of order 4.
  static func step(_ x: SIMD4<Double>, _ dt: Double = timeStep) -> SIMD4<Double> {
    let a = rate(x)
    let b = rate(x + a * (dt / 2))
    let c = rate(x + b * (dt / 2))
    let d = rate(x + c * dt)
    return x + (a + b * 2 + c * 2 + d) * (dt / 6)
  }
}

/// A long trajectory on the attractor, each coordinate with mean 0 and variance 1.
package struct LorenzTrajectory: Sendable {
  /// Three numbers a step.
  package let points: [Double]
  package let mean: [Double]
  package let deviation: [Double]

  /// The number of points.
  package var count: Int { points.count / 3 }

  /// Simulates after a transient of 20 time units; mean and variance are the first
  /// `standardised` points'.
  package init(count: Int, standardised: Int) {
    var x = SIMD4<Double>(1, 1, 25, 0)
    for _ in 0..<2000 { x = LorenzSystem.step(x) }
    var raw: [Double] = []
    raw.reserveCapacity(3 * count)
    for _ in 0..<count {
      raw += [x.x, x.y, x.z]
      x = LorenzSystem.step(x)
    }
    var mean = [0.0, 0, 0]
    var square = [0.0, 0, 0]
    for t in 0..<standardised {
      for d in 0..<3 {
        mean[d] += raw[3 * t + d]
        square[d] += raw[3 * t + d] * raw[3 * t + d]
      }
    }
    for d in 0..<3 {
      mean[d] /= Double(standardised)
      square[d] = (square[d] / Double(standardised) - mean[d] * mean[d]).squareRoot()
    }
    for i in raw.indices { raw[i] = (raw[i] - mean[i % 3]) / square[i % 3] }
    points = raw
    self.mean = mean
    deviation = square
  }
}

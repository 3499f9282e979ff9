import Collectives
import Evaluation
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct FixedPointTests {
  /// The positive solution of x = tanh(w x), by bisection.
  private func root(_ w: Double) -> Double {
    var (low, high) = (0.1, 1.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if tanh(w * middle) > middle { low = middle } else { high = middle }
    }
    return low
  }

  /// Two neurons that excite themselves have nine fixed points, each a pair of 0 and ±x with
  /// x = tanh(2x); the eigenvalues are 1 − α + 2α(1 − x²).
  @Test func findsAllNineOfTwoSwitches() throws {
    let x = root(2)
    let alpha = 0.1
    var rates = Matrix<Double>(rows: 2, columns: 10)
    for k in 0..<9 {
      rates[0, k] = 0.8 * Double(k / 3 - 1) + 0.03
      rates[1, k] = 0.8 * Double(k % 3 - 1) - 0.02
    }
    let observed = try observe(rates, fitted: 10)
    let found = try FixedPoints(
      of: network([[2, 0], [0, 2]], alpha: alpha), on: observed, starts: 100, threads: 2,
      group: SingleRank())
    #expect(found.starts == 9)
    #expect(found.points.count == 9)
    #expect(found.points.map(\.unstable) == [0, 0, 0, 0, 1, 1, 1, 1, 2])
    let atZero = 1 + alpha
    let outside = 1 - alpha + 2 * alpha * (1 - x * x)
    for point in found.points {
      #expect(point.found == 1)
      #expect(point.residual < 1e-10)
      let expected = point.state.map { abs($0) < 0.5 ? atZero : outside }.sorted(by: >)
      #expect(point.eigenvalues.count == expected.count)
      for (value, eigenvalue) in zip(expected, point.eigenvalues) {
        #expect(abs(eigenvalue.real - value) < 1e-8 && eigenvalue.imaginary == 0)
      }
      for rate in point.state { #expect(min(abs(rate), abs(abs(rate) - x)) < 1e-8) }
    }
  }

  /// A pair that turns: eigenvalues 1 − α ± iαw at the origin, the only fixed point.
  @Test(arguments: [0.5, 8.0])
  func eigenvaluesOfARotation(w: Double) throws {
    var uniform = Uniform(seed: 3)
    var rates = Matrix<Double>(rows: 2, columns: 40)
    for i in 0..<2 { for t in 0..<40 { rates[i, t] = uniform.next() } }
    let observed = try observe(rates, fitted: 40)
    let found = try FixedPoints(
      of: network([[0, -w], [w, 0]], alpha: 0.2), on: observed, starts: 20, threads: 1,
      group: SingleRank())
    let origin = try #require(
      found.points.first { $0.state.allSatisfy { abs($0) < 1e-6 } })
    let radius = (0.64 + 0.04 * w * w).squareRoot()
    #expect(abs(origin.spectralRadius - radius) < 1e-8)
    #expect(origin.unstable == (radius > 1 ? 2 : 0))
    #expect(abs(abs(origin.eigenvalues[0].imaginary) - 0.2 * w) < 1e-8)
  }

  /// A network without a fixed point nearby: r = tanh(r + b) has none but the saturated one.
  @Test func slowPointsAreNotFixedPoints() throws {
    var rates = Matrix<Double>(rows: 1, columns: 20)
    for t in 0..<20 { rates[0, t] = -0.9 + 0.05 * Double(t) }
    let observed = try observe(rates, fitted: 20)
    let found = try FixedPoints(
      of: network([[1]], alpha: 1, bias: [0.2]), on: observed, starts: 19, threads: 1,
      group: SingleRank())
    #expect(found.points.count == 1)
    let point = try #require(found.points.first)
    #expect(abs(point.state[0] - tanh(point.state[0] + 0.2)) < 1e-8)
  }
}

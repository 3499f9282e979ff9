private import Glibc
internal import Kernels

/// On how many of the features the curvatures of each row precondition its directions.
///
/// It follows from counts alone, so that a plan knows it too.
package struct CurvatureLimits: Equatable, Sendable {
  /// The leading features, k: a multiple of 4, 0 where it does not pay.
  package let order: Int
  /// Entries of a Hessian's lower triangle.
  package var entries: Int { LaneSystems.triangle(order) }
  /// Every so many samples are looked at.
  package let stride: Int
  /// Those that are.
  package let samples: Int

  /// The most of them: a factor takes as much memory as the rest of a row then, and 60 µs.
  private static var most: Int { 256 }
  /// Samples for each feature that hold the noise of a sample small beside the curvature: with two
  /// it took 9.8 iterations where 2.6 took 8.7 and four 8.7 (6,000 neurons × 2,000 frames,
  /// λ = 1e-5; k = 256), with 2.6 at λ = 1e-3 as many as with all.
  private static var samplesPerFeature: Int { 2 }
  /// Iterations without it, and how fast they fall with k over the features: 28 to 10.7 and 2.5
  /// with 64 and 128 of 246 features, 20.9, 11.8, 5.7 and 3.0 with 64 to 256 of 524, 22, 16, 11
  /// and 8.7 of 2,000 (cross entropy, tolerance 1e-4; a prototype in float64); the program took 10.4
  /// of 1,999 in float32 and 11.4 in bfloat16.
  private static var usualIterations: Double { 28 }
  private static var decay: Double { 5 }
  /// What a number of a vector costs an iteration, in flops of packed products.
  private static var passes: Double { 160 }
  /// What a flop of a factor costs in those of packed products: 93 GFLOP/s against 180 (Zen 4).
  private static var factorPrice: Double { 2 }

  /// The iterations over those without it.
  package private(set) var iterationShare = 1.0

  /// The order that takes the least work for a row of iterations with so many features.
  package init(samples: Int, features: Int) {
    let (t, r) = (Double(samples), Double(features))
    func stride(_ order: Int) -> Int { max(1, samples / (Self.samplesPerFeature * order)) }
    func work(_ order: Int) -> Double {
      let k = Double(order)
      let iteration = 4 * r * t + Self.passes * (t + 2 * r) + 4 * k * k
      let looked = order > 0 ? t / Double(stride(order)) : 0
      return Self.usualIterations * Self.share(order, of: features) * iteration
        + looked * k * k + Self.factorPrice * k * k * k / 3
    }
    let most = min(features, Self.most) / LaneSystems.orderUnit * LaneSystems.orderUnit
    let orders = Swift.stride(from: 0, through: most, by: 8 * LaneSystems.orderUnit)
    order = (Array(orders) + [most]).min { work($0) < work($1) } ?? 0
    self.stride = order > 0 ? stride(order) : 1
    self.samples = order > 0 ? (samples + self.stride - 1) / self.stride : 0
    iterationShare = Self.share(order, of: features)
  }

  private static func share(_ order: Int, of features: Int) -> Double {
    features > 0 ? exp(-decay * Double(order) / Double(features)) : 1
  }
}

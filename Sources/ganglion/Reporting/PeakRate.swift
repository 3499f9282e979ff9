internal import LinearAlgebra

/// What this rank's cores reach in a matrix product, the yardstick of the timing table.
enum PeakRate {
  /// Flops a second of the best of a few products of order 768, with the BLAS threads set
  /// now; about 30 ms.
  static func measure<S: Scalar>(_ type: S.Type = Double.self) -> Double {
    let order = 768
    let a = Matrix<S>.identity(order)
    var c = Matrix<S>(rows: order, columns: order)
    var best = Duration.seconds(1_000)
    for _ in 0..<4 {
      let start = ContinuousClock.now
      c.multiply(rows: 0..<order, a, a)
      best = min(best, ContinuousClock.now - start)
    }
    return 2 * Double(order * order * order) / (best / .seconds(1))
  }
}

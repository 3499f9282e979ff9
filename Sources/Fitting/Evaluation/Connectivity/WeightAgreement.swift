package import Collectives
package import LinearAlgebra

/// How well weights agree with the true ones, from running sums that ranks add up.
package struct WeightAgreement: Sendable {
  /// Count, Σx, Σy, Σx², Σy², Σxy, Σ(x − y)²; x the fitted and y the true weights.
  private var sums = [Double](repeating: 0, count: 7)

  package init() {}

  /// Adds a row of weights; the entry at `index` is left out, if given.
  package mutating func add<S: Scalar>(_ fitted: Span<S>, _ truth: Span<S>, leavingOut index: Int?)
  {
    precondition(fitted.count == truth.count, "\(fitted.count) against \(truth.count) weights")
    for j in 0..<fitted.count where j != index {
      let x = Double(fitted[j])
      let y = Double(truth[j])
      sums[0] += 1
      sums[1] += x
      sums[2] += y
      sums[3] += x * x
      sums[4] += y * y
      sums[5] += x * y
      sums[6] += (x - y) * (x - y)
    }
  }

  /// Adds what the other ranks have.
  ///
  /// - Collective: every rank of `group` must call it.
  package mutating func reduce(over group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&sums)
  }

  /// How many weights were compared.
  package var count: Int { Int(sums[0]) }

  private var covariance: Double { sums[5] - sums[1] * sums[2] / sums[0] }
  private var fittedSpread: Double { sums[3] - sums[1] * sums[1] / sums[0] }
  private var trueSpread: Double { sums[4] - sums[2] * sums[2] / sums[0] }

  /// Pearson's correlation; NaN without spread.
  package var pearson: Double { covariance / (fittedSpread * trueSpread).squareRoot() }

  /// The slope of the fitted weights over the true ones: below 1 where they are shrunk.
  package var slope: Double { covariance / trueSpread }

  /// The root mean square difference.
  package var rootMeanSquareError: Double { (sums[6] / sums[0]).squareRoot() }
}

package import Collectives
package import LinearAlgebra
internal import Statistics

/// How well weights agree with the true ones, from running sums that ranks add up.
package struct WeightAgreement: Sendable {
  /// Of pairs of a true weight x and the fitted one y.
  private var sums = PairSums()
  /// `Σ (x − y)²`, which the sums would give with an error of the weights' own size.
  private var squaredDifference = 0.0

  package init() {}

  /// Adds a row of weights; the entry at `index` is left out, if given.
  package mutating func add<S: Scalar>(_ fitted: Span<S>, _ truth: Span<S>, leavingOut index: Int?)
  {
    precondition(fitted.count == truth.count, "\(fitted.count) against \(truth.count) weights")
    for j in 0..<fitted.count where j != index {
      let x = Double(truth[j])
      let y = Double(fitted[j])
      sums.add(x, y)
      squaredDifference += (x - y) * (x - y)
    }
  }

  /// Adds what the other ranks have.
  ///
  /// - Collective: every rank of `group` must call it.
  package mutating func reduce(over group: borrowing some RankGroup & ~Copyable) throws {
    var numbers = sums.numbers + [squaredDifference]
    try group.sum(&numbers)
    sums = PairSums(numbers.prefix(PairSums.width))
    squaredDifference = numbers[PairSums.width]
  }

  /// How many weights were compared.
  package var count: Int { Int(sums.count) }

  /// Pearson's correlation; NaN where either are all the same.
  package var pearson: Double { sums.correlation }

  /// The slope of the fitted weights over the true ones: below 1 where they are shrunk.
  package var slope: Double { sums.slope }

  /// The root mean square difference.
  package var rootMeanSquareError: Double { (squaredDifference / sums.count).squareRoot() }
}

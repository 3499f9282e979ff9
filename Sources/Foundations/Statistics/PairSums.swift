/// Running sums over pairs of values x and y, of which correlations and slopes are made.
///
/// Ranks add up `numbers`. With `n` pairs, of which every sum is known to about n units of its last
/// place, a series whose variation is no more than that is a constant, and has no correlation: that
/// of its rounding errors would be any number from -1 to 1.
package struct PairSums: Sendable, Equatable {
  /// n, Σx, Σy, Σx², Σy², Σxy.
  package var numbers: [Double]

  /// How many sums there are.
  package static let width = 6

  package init() { numbers = [Double](repeating: 0, count: Self.width) }

  /// From `numbers`, added up over ranks.
  package init(_ numbers: some Collection<Double>) {
    precondition(numbers.count == Self.width, "\(numbers.count) sums, not \(Self.width)")
    self.numbers = Array(numbers)
  }

  /// Takes in one more pair.
  @inlinable
  package mutating func add(_ x: Double, _ y: Double) {
    numbers[0] += 1
    numbers[1] += x
    numbers[2] += y
    numbers[3] += x * x
    numbers[4] += y * y
    numbers[5] += x * y
  }

  /// Pairs.
  package var count: Double { numbers[0] }

  /// `Σ (x − x̄)²`; 0 of a constant.
  package var firstVariation: Double { variation(sum: numbers[1], squares: numbers[3]) }

  /// `Σ (y − ȳ)²`; 0 of a constant.
  package var secondVariation: Double { variation(sum: numbers[2], squares: numbers[4]) }

  /// `Σ (x − x̄)(y − ȳ)`.
  package var covariation: Double { numbers[5] - numbers[1] * numbers[2] / count }

  /// `Σ (x − y)²`.
  package var squaredDifference: Double { numbers[3] - 2 * numbers[5] + numbers[4] }

  /// Pearson's correlation; NaN where one of the two does not vary.
  package var correlation: Double {
    Self.correlation(covariation, of: firstVariation, secondVariation)
  }

  /// The same of variations that are known.
  package static func correlation(_ covariation: Double, of x: Double, _ y: Double) -> Double {
    x > 0 && y > 0 ? covariation / (x * y).squareRoot() : .nan
  }

  /// The slope of y over x through the mean; NaN where x does not vary.
  package var slope: Double {
    let x = firstVariation
    return x > 0 ? covariation / x : .nan
  }

  private func variation(sum: Double, squares: Double) -> Double {
    let variation = squares - sum * sum / count
    return variation > count * .ulpOfOne * squares ? variation : 0
  }
}

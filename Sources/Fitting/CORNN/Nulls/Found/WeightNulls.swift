internal import Collectives

/// What nulls say of the weights by one test, or by two together.
///
/// A drive that neurons share makes weights beyond chance where no component of the population is a
/// regressor, and dynamics of their own make them where components are. That a weight is no
/// connection is therefore the union of two hypotheses, and is rejected where both tests reject:
/// ```
/// p = max(p without components, p with components)
/// ```
/// (intersection-union test). The share of false positives is at most the nominal one wherever one of
/// the two tests keeps it, and below it where both do: p is then the larger of two.
///
/// Reference: Berger (1982), Technometrics 24, 295.
package struct WeightNulls {
  /// By their components, those without first.
  package let tests: [EdgeNulls]
  /// Of all tests together.
  package let values: EdgePValues
  /// The same of pairs of regions; nil where no regions were given.
  package let pairs: RegionPairNulls?

  /// - Collective: every rank of `group` must call it.
  init(_ tests: [EdgeNulls], group: borrowing some RankGroup & ~Copyable) throws {
    self.tests = tests
    var values = tests[0].values
    for test in tests.dropFirst() { values = EdgePValues(largerOf: values, and: test.values) }
    if tests.count > 1 { try values.settle(over: group) }
    self.values = values
    let regions = tests.compactMap(\.regions)
    pairs = regions.isEmpty ? nil : RegionPairNulls(largestOf: regions)
  }
}

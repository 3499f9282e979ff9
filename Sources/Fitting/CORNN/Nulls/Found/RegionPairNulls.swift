internal import Statistics

/// What nulls say of pairs of regions by all tests together: of each pair what the test says whose p
/// value is the largest, the first of them if several are.
///
/// All are target × source, and NaN where there is no weight.
package struct RegionPairNulls: Sendable {
  /// The names of the regions, in order.
  package let names: [String]
  /// The region of each neuron, by place in `names`.
  package let regions: [Int]
  /// Root mean squares of the weights, and the median of these over the nulls.
  package let strengths: [Double]
  package let nullStrengths: [Double]
  package let p: [Double]
  /// False discovery rates of the pairs.
  package let q: [Double]

  init(largestOf tests: [RegionNulls]) {
    names = tests[0].names
    regions = tests[0].regions
    let values = tests.map(\.p)
    let deciding = values[0].indices.map { pair in
      tests.indices.reduce(0) { values[$1][pair] > values[$0][pair] ? $1 : $0 }
    }
    func decided(_ values: [[Double]]) -> [Double] {
      deciding.enumerated().map { values[$1][$0] }
    }
    strengths = decided(tests.map(\.strengths))
    nullStrengths = decided(tests.map(\.nullStrengths))
    let p = decided(values)
    self.p = p
    var discovery = FalseDiscovery()
    for p in p where !p.isNaN { discovery.add(p) }
    let rates = discovery.rates
    q = p.map { $0.isNaN ? .nan : rates[discovery.bin(of: $0)] }
  }
}

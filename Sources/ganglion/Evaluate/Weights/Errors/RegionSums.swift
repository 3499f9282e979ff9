internal import CORNN
internal import Collectives

/// Regions by number.
struct RegionPlaces: Sendable {
  /// In order.
  let names: [String]
  /// Of each neuron, by place in the names.
  let places: [Int]

  init(_ labels: [String]) {
    let names = Set(labels).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    self.names = names
    places = labels.map { numbers[$0] ?? 0 }
  }
}

/// Sums of the weights onto the named neurons of a region from a region, and what they are worth.
///
/// The sampling errors of weights onto different neurons are not independent, as they have the same
/// regressors and their errors may be correlated: influences are added up frame by frame before they
/// are squared. The pulls of the ridge count as independent.
struct RegionSums {
  let regions: RegionPlaces
  /// Target × source; NaN where no neuron of the target was named.
  private(set) var weights: [Double]
  private(set) var standardErrors: [Double]
  private(set) var ridgeBiases: [Double]
  /// (Target × source) × transitions.
  private var influences: [Double]
  /// Named neurons of each target.
  private var counts: [Int]
  private let transitions: Int

  init(_ regions: RegionPlaces, transitions: Int) {
    let pairs = regions.names.count * regions.names.count
    self.regions = regions
    self.transitions = transitions
    weights = [Double](repeating: 0, count: pairs)
    standardErrors = weights
    ridgeBiases = weights
    influences = [Double](repeating: 0, count: pairs * transitions)
    counts = [Int](repeating: 0, count: regions.names.count)
  }

  /// Adds the sums onto a neuron.
  mutating func add(_ sums: [WeightErrors.GroupSum], onto neuron: Int) {
    let target = regions.places[neuron]
    counts[target] += 1
    for (source, sum) in sums.enumerated() {
      let pair = target * regions.names.count + source
      weights[pair] += sum.weight
      ridgeBiases[pair] += sum.ridgeBias * sum.ridgeBias
      for t in 0..<transitions { influences[pair * transitions + t] += sum.influences[t] }
    }
  }

  /// Adds up what the ranks have.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func reduce(over group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&weights)
    try group.sum(&ridgeBiases)
    try group.sum(&influences)
    try group.sum(&counts)
    for pair in weights.indices {
      guard counts[pair / regions.names.count] > 0 else {
        (weights[pair], standardErrors[pair], ridgeBiases[pair]) = (.nan, .nan, .nan)
        continue
      }
      ridgeBiases[pair] = ridgeBiases[pair].squareRoot()
      let own = pair * transitions..<(pair + 1) * transitions
      standardErrors[pair] = own.reduce(0) { $0 + influences[$1] * influences[$1] }.squareRoot()
    }
  }
}

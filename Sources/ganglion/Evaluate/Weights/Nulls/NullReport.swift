internal import CORNN
internal import Collectives
internal import LinearAlgebra
internal import MPI
internal import Results

/// What nulls say of the weights, as `evaluate` says it.
struct NullReport {
  /// This rank's share, and the regions of all.
  let found: WeightNulls
  let settings: NullSettings
  let components: PopulationComponents?
  /// Whether held-out blocks chose the ridge of the fit.
  let isRidgeChosen: Bool
  /// Weights of all ranks that were compared.
  let tested: Int
  /// Of these by all tests together, and by each.
  let positives: Positives
  let positivesByTest: [Positives]
  /// Weights of all ranks by their p value, in equal bins from 0 to 1.
  let histogram: [Int]
  /// Regions that have one neuron.
  let lonely: [(region: String, neuron: String)]

  /// How many weights of all ranks are told from chance.
  struct Positives {
    /// Those with a p value of at most `level`.
    let beyondChance: Int
    /// Those that are found at that false discovery rate.
    let discoveries: Int
  }

  /// The nominal share of false positives, and of false discoveries.
  static let level = 0.05
  static let bins = 20

  /// - Collective: every rank of `world` must call it.
  init(
    _ found: WeightNulls, _ settings: NullSettings, components: PopulationComponents?,
    of model: ModelFile, on world: borrowing Communicator
  ) throws {
    isRidgeChosen = model.isRidgeByBlocks
    self.found = found
    self.settings = settings
    self.components = components
    positives = try Positives(found.values, on: world)
    positivesByTest = try found.tests.map { try Positives($0.values, on: world) }
    var counts = [Int](repeating: 0, count: Self.bins)
    let values = found.values
    for i in 0..<values.p.rows {
      for j in 0..<values.p.columns where !values.p[i, j].isNaN {
        let rank = Int((Double(values.p[i, j]) * Double(settings.count + 1)).rounded())
        counts[Self.bin(ofRank: rank, nulls: settings.count)] += 1
      }
    }
    try world.sum(&counts)
    histogram = counts
    tested = counts.reduce(0, +)
    lonely =
      found.pairs.map { pairs in
        pairs.names.enumerated().compactMap { place, name in
          let members = pairs.regions.indices.filter { pairs.regions[$0] == place }
          return members.count == 1 ? (name, model.labels[members[0]]) : nil
        }
      } ?? []
  }

  /// The bin of a p value of so many in nulls + 1.
  private static func bin(ofRank rank: Int, nulls: Int) -> Int {
    min(bins - 1, max(0, (rank - 1) * bins / (nulls + 1)))
  }

  /// Weights in each bin if every rank is as likely: not quite equal, as ranks are whole numbers.
  var chance: [Double] {
    var shares = [Double](repeating: 0, count: Self.bins)
    for rank in 1...(settings.count + 1) {
      shares[Self.bin(ofRank: rank, nulls: settings.count)] +=
        Double(tested) / Double(settings.count + 1)
    }
    return shares
  }

  /// The regions of which pairs are told.
  var regionNames: [String]? { found.pairs?.names }
  /// Whether p values are the larger of two.
  var isJoint: Bool { found.tests.count > 1 }
  /// The most components that were regressors.
  var taken: Int { found.tests.map(\.components).max() ?? 0 }

  /// Of the weights, those with a small p value.
  func share(_ positives: Positives) -> Double {
    Double(positives.beyondChance) / Double(max(1, tested))
  }
}

extension NullReport.Positives {
  /// - Collective: every rank of `world` must call it.
  fileprivate init(_ values: EdgePValues, on world: borrowing Communicator) throws {
    let level = Float(NullReport.level)
    var counts = [0, 0]
    for i in 0..<values.p.rows {
      for j in 0..<values.p.columns where values.p[i, j] <= level { counts[0] += 1 }
      counts[1] += values.q(i).count { $0 <= level }
    }
    try world.sum(&counts)
    (beyondChance, discoveries) = (counts[0], counts[1])
  }
}

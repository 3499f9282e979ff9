internal import CORNN
internal import Evaluation
internal import HDF5
internal import LinearAlgebra

/// The weights between the neurons that two animals have in common, by name.
enum SharedWeights {
  /// How far the weights of two animals agree.
  struct Agreement: Codable {
    let first: String
    let second: String
    /// Neurons whose names both have.
    let neurons: Int
    /// Weights between them, self-connections left out.
    let edges: Int
    /// Pearson's correlation; nil where it is none.
    let correlation: Double?
  }

  /// Fewer common neurons have too few weights for a correlation.
  private static let leastShared = 3

  /// All pairs of animals with common neurons, on one rank.
  ///
  /// Names that only count neurons say nothing, and are left out, as are neurons that a fit left out: they
  /// have no weights.
  ///
  /// - Throws: `HDF5Error` for a model that cannot be read.
  /// - Complexity: animals² reads of the common rows; memory of two such blocks of W.
  static func agreements(of animals: [Animal]) throws -> [Agreement] {
    let labels = try animals.map { try File.open($0.model).openDataset("/neuron").readStrings() }
    let fitted = try animals.map { try fittedNeurons(of: $0) }
    let named = animals.indices.filter { labels[$0] != labels[$0].indices.map(String.init) }
    var found: [Agreement] = []
    for (number, i) in named.enumerated() {
      for j in named[..<number] {
        let (own, other) = (fitted[i].map { labels[i][$0] }, fitted[j].map { labels[j][$0] })
        let common = Set(own).intersection(other).sorted()
        guard common.count >= leastShared else { continue }
        var agreement = WeightAgreement()
        let first = try weights(of: animals[i], labels[i], common)
        let second = try weights(of: animals[j], labels[j], common)
        for k in common.indices { agreement.add(first.row(k), second.row(k), leavingOut: k) }
        let correlation = agreement.pearson
        found.append(
          Agreement(
            first: animals[j].name, second: animals[i].name, neurons: common.count,
            edges: agreement.count, correlation: correlation.isFinite ? correlation : nil))
      }
    }
    return found
  }

  /// The numbers of the neurons that were not left out.
  private static func fittedNeurons(of animal: Animal) throws -> [Int] {
    let outcomes: [Double] = try File.open(animal.model).openDataset("/diagnostics/outcome").read()
    return outcomes.indices.filter { outcomes[$0] != Double(Outcome.skipped.rawValue) }
  }

  /// Common × common.
  private static func weights(
    of animal: Animal, _ labels: [String], _ common: [String]
  ) throws -> Matrix<Double> {
    let place = Dictionary(zip(labels, labels.indices)) { first, _ in first }
    let places = common.compactMap { place[$0] }
    let dataset = try File.open(animal.model).openDataset("/W")
    var result = Matrix<Double>(rows: common.count, columns: common.count)
    for (k, row) in places.enumerated() {
      let whole: Matrix<Double> = try dataset.readBlock(
        rows: row..<(row + 1), columns: 0..<labels.count)
      for (l, column) in places.enumerated() { result[k, l] = whole[0, column] }
    }
    return result
  }
}

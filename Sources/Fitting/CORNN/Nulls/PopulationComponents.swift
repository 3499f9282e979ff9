package import Collectives
internal import LinearAlgebra
internal import RandomNumbers
internal import Statistics

/// The leading principal components of the population, in which a drive that neurons share shows.
///
/// They are of the correlation matrix of the rates over the fitted transitions. How many there are
/// is told by parallel analysis: as many leading eigenvalues as lie, each, above the largest of its
/// rank in recordings whose neurons were rotated in time, each by an amount of its own. Rotated
/// neurons keep their time courses, so slow ones that are alike by chance do not count.
///
/// Reference: Horn (1965), Psychometrika 30, 179; the largest of 20 in the place of the mean after
/// Glorfeld (1995), Educ. Psychol. Meas. 55, 377.
package final class PopulationComponents: Sendable {
  /// Eigenvalues of the correlation matrix, descending: as many as were compared.
  package let eigenvalues: [Double]
  /// The largest of each rank over rotated recordings.
  package let chance: [Double]
  /// How many leading eigenvalues are above chance.
  package let count: Int
  /// How many to take as regressors: one more, where there are any, since one too few leaves weights
  /// that are not there, and one too many costs little.
  package var taken: Int { count == 0 ? 0 : min(count + 1, eigenvalues.count) }
  /// The loadings on this rank's neurons: components × local.
  let loadings: Matrix<Double>
  /// Mean and deviation over the fitted transitions of each of this rank's neurons.
  let means: [Double]
  let deviations: [Double]

  init(
    eigenvalues: [Double], chance: [Double], loadings: consuming Matrix<Double>, means: [Double],
    deviations: [Double]
  ) {
    self.eigenvalues = eigenvalues
    self.chance = chance
    count = zip(eigenvalues, chance).prefix { $0 > $1 }.count
    self.loadings = loadings
    self.means = means
    self.deviations = deviations
  }

  /// Rotated recordings.
  static var surrogates: Int { 20 }

  /// The largest matrix that is decomposed: neurons or transitions, whichever are fewer.
  package static var mostOrder: Int { 5000 }

  /// As many components as are looked for: they are to leave the neurons most of the transitions
  /// and most of the population.
  package static func most(neurons: Int, transitions: Int) -> Int {
    max(0, min(neurons / 4, transitions / 20, 64))
  }
}

extension FitProblem<Double> {
  /// The order of what is decomposed for the population's components.
  package var componentOrder: Int { min(regressors.neurons, transitions.count) }

  /// The population's components.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: with n the smaller and m the larger of neurons and transitions `21 n² m` flops
  ///   and 20 eigenvalue problems of order n over all ranks, one with vectors on rank 0; neurons ×
  ///   transitions numbers a node, and again a rank.
  /// - Collective: every rank of `group` must call it.
  package func populationComponents(
    seed: UInt64, group: borrowing some RankGroup & ~Copyable
  ) throws -> PopulationComponents {
    let standard = try standardised(group: group)
    let most = PopulationComponents.most(
      neurons: regressors.neurons, transitions: transitions.count)
    let basis = try leadingBasis(of: standard.matrix, most: most, group: group)
    let chance = try chanceEigenvalues(of: standard.matrix, most: most, seed: seed, group: group)
    let local = regressors.local
    var loadings = Matrix<Double>(rows: most, columns: local.count)
    for k in 0..<most {
      for i in 0..<local.count { loadings[k, i] = basis.loadings[k, local.lowerBound + i] }
    }
    let moments = fittedMoments
    return PopulationComponents(
      eigenvalues: basis.values, chance: chance, loadings: loadings,
      means: moments.map(\.mean), deviations: moments.map(\.deviation))
  }

  /// Mean and deviation of each of this rank's neurons as regressors: 0 of one that is left out.
  private var fittedMoments: [Moments] {
    regressors.local.map { regressors.fitted.matrix.moments(row: $0) }
  }

  /// The rates of all neurons over the fitted transitions by their standard deviation, free of
  /// their mean; zero where a neuron does not vary.
  private func standardised(
    group: borrowing some RankGroup & ~Copyable
  ) throws -> NodeShared<Double> {
    let (neurons, frames) = (regressors.neurons, transitions.count)
    var shared = try group.allocateOnNode(rows: neurons, columns: frames, of: Double.self)
    for i in Partition(of: neurons, among: shared.nodeSize).range(of: shared.nodeRank) {
      let moments = regressors.fitted.matrix.moments(row: i)
      guard moments.deviation > 0 else { continue }
      shared.matrix.standardise(
        row: i, regressors.fitted.matrix, mean: moments.mean, deviation: moments.deviation)
    }
    try shared.synchronize()
    return shared
  }

  /// The leading eigenvalues of the correlation matrix and the unit eigenvectors (components ×
  /// neurons), on every rank.
  private func leadingBasis(
    of standard: borrowing Matrix<Double>, most: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> LeadingBasis {
    let isDual = transitions.count < regressors.neurons
    let gram = try gramMatrix(of: standard, transposed: isDual, group: group)
    var values = [Double](repeating: 0, count: most)
    var loadings = Matrix<Double>(rows: most, columns: regressors.neurons)
    if group.rank == 0, most > 0 {
      let eigen = SymmetricEigen(gram.matrix.copy())
      let leading = (0..<most).map { eigen.values.count - 1 - $0 }
      values = leading.map { eigen.values[$0] / Double(transitions.count) }
      let vectors = eigen.vectors.selectedRows(leading)
      loadings = isDual ? product(vectors, standard, transposingB: true) : vectors.copy()
      loadings.normaliseRows()
    }
    try group.broadcast(&values)
    var elements = loadings.mutableElements
    try group.broadcast(&elements, from: 0)
    return LeadingBasis(values: values, loadings: loadings)
  }

  /// The largest eigenvalue of each rank over rotated recordings, which ranks share.
  private func chanceEigenvalues(
    of standard: borrowing Matrix<Double>, most: Int, seed: UInt64,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    var largest = [Double](repeating: 0, count: most)
    guard most > 0 else { return largest }
    let shifts = CircularShifts(frames: transitions.count)
    for number in 0..<PopulationComponents.surrogates where number % group.size == group.rank {
      let rotated = standard.rotated { neuron in
        shifts.first
          + RandomStream(seed: seed, purpose: .parallelAnalysis, k: neuron, iteration: number)
          .integer(below: shifts.count, at: 0)
      }
      let gram =
        rotated.columns < rotated.rows
        ? product(rotated.view.transposed, rotated.view)
        : product(rotated, rotated, transposingB: true)
      let values = SymmetricEigen(gram, vectors: false).values
      for k in 0..<most {
        largest[k] = max(largest[k], values[values.count - 1 - k] / Double(transitions.count))
      }
    }
    try group.maximum(&largest)
    return largest
  }

  /// The first components at both frames of each transition, as regressors of a root mean square
  /// of 1: 2 `count` × transitions, on every rank.
  ///
  /// At the first frame they are what neurons shared, at the second what a drive has added since.
  /// The second ones hold a share of a neuron's own target. Left out, more weights are found where
  /// there are none: what is missing of the drive then counts in full.
  ///
  /// - Collective: every rank of `group` must call it.
  func componentRegressors(
    _ components: PopulationComponents, count: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    var result = Matrix<Double>(rows: 2 * count, columns: transitions.count)
    for i in 0..<regressors.local.count where components.deviations[i] > 0 {
      for later in 0...1 {
        let values = recording.rates.deviations(
          row: i, at: transitions.frames.map { $0 + later }, mean: components.means[i],
          by: components.deviations[i])
        for k in 0..<count {
          result.accumulate(components.loadings[k, i], values, row: later * count + k)
        }
      }
    }
    try group.sum(&result)
    for k in 0..<result.rows {
      let power = result.dot(k, result, k) / Double(transitions.count)
      if power > 0 { result.scaleRow(k, by: 1 / power.squareRoot()) }
    }
    return result
  }
}

/// Leading eigenvalues, and their unit eigenvectors as rows.
private struct LeadingBasis: ~Copyable {
  let values: [Double]
  let loadings: Matrix<Double>
}

extension Matrix<Double> {
  fileprivate func moments(row i: Int) -> Moments { Moments(of: row(i), in: 0..<columns) }

  /// `(x − mean) / deviation` of some entries of a row; 0 of those that are missing.
  fileprivate func deviations(
    row i: Int, at places: [Int], mean: Double, by deviation: Double
  ) -> [Double] {
    let values = row(i)
    return places.map { values[$0].isNaN ? 0 : (values[$0] - mean) / deviation }
  }

  /// `row i ← (row i of other − mean) / deviation`.
  fileprivate mutating func standardise(
    row i: Int, _ other: borrowing Matrix, mean: Double, deviation: Double
  ) {
    let source = other.row(i)
    var target = mutableRow(i)
    for t in 0..<target.count { target[t] = (source[t] - mean) / deviation }
  }

  /// Each row to length 1.
  fileprivate mutating func normaliseRows() {
    for i in 0..<rows {
      let square = dot(i, self, i)
      if square > 0 { scaleRow(i, by: 1 / square.squareRoot()) }
    }
  }

  /// The rows rotated, each by its own number of columns.
  fileprivate func rotated(by shift: (_ row: Int) -> Int) -> Matrix {
    var result = Matrix(rows: rows, columns: columns)
    for i in 0..<rows {
      let by = shift(i)
      let source = row(i)
      var target = result.mutableRow(i)
      for t in 0..<columns { target[t] = source[(t + by) % columns] }
    }
    return result
  }

  /// `row i += factor · values`.
  fileprivate mutating func accumulate(_ factor: Double, _ values: [Double], row i: Int) {
    var target = mutableRow(i)
    for t in 0..<values.count { target[t] += factor * values[t] }
  }
}

internal import LinearAlgebra

/// The own weights of a panel's neurons in whitened features.
struct OwnWeights: ~Copyable {
  /// c, a row a neuron; zero where the own weight is free.
  let directions: Matrix<Float>
  /// τ; 0 where `cᵀη = 0` is a constraint.
  let slack: [Double]
  /// The products of the own regressors with the eigenvectors of the samples, `Uᵀ x`, a row a
  /// neuron; none where the features are not of these.
  let along: Matrix<Double>
  /// `|c|²`.
  let squares: [Double]

  /// τ over `|c|²` below which it counts as zero: what the constraint then leaves out is that
  /// share of an own weight, far below any tolerance, while `(cᵀη)² / τ` would be rounding.
  private static var leastSlack: Double { 1e-6 }

  /// Own weights that are free.
  init(neurons: Int, features: Int) {
    self.init(
      directions: Matrix(rows: neurons, columns: features),
      slack: [Double](repeating: 0, count: neurons))
  }

  init(
    directions: consuming Matrix<Float>, slack: [Double],
    along: consuming Matrix<Double> = Matrix(rows: 0, columns: 0)
  ) {
    let squares = slack.indices.map { directions.dot($0, directions, $0) }
    self.slack = zip(slack, squares).map { $0 > Self.leastSlack * $1 ? $0 : 0 }
    self.squares = squares
    self.directions = directions
    self.along = along
  }
}

/// Products of c with vectors of one row.
struct OwnProducts {
  /// What the own weight is apart from the features.
  var offset = 0.0
  /// With η, and the offset; with p and z.
  var state = 0.0
  var direction = 0.0
  var image = 0.0
}

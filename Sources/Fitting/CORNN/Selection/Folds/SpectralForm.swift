internal import Collectives
internal import LinearAlgebra

/// The subproblems of a fold in the eigenvectors of its regressors, as a search solves them.
///
/// The iterations are those of whitened features, `Q = U (g / (g + λ))^½` with `B = λ / (g + λ)`.
/// Coefficients are θ̃ of `FoldBasis`.
struct SpectralForm<S: Scalar & Transferable>: SearchForm, ~Copyable {
  let basis: FoldBasis<S>
  let ridge: Double
  let excludesSelf: Bool
  let features: WhitenedFeatures

  /// The form at one ridge.
  ///
  /// - Complexity: 2 T r conversions over the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  init(
    _ basis: FoldBasis<S>, ridge: Double, excludesSelf: Bool, kernel: ProductKernel,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let (samples, count) = (basis.lines.matrix.columns, basis.count)
    let weights = basis.values.map { Float(($0 / ($0 + ridge)).squareRoot()) }
    let response = try PackedFactor(
      PackedLayout(kernel: kernel, rows: count, columns: samples, holdsRest: true), group: group
    ) { samples in
      var columns = basis.lines.matrix.copy(columns: samples)
      for j in 0..<columns.rows { columns.scale(row: j, by: weights[j]) }
      return columns.view.transposed.copy()
    }
    let projection = try PackedFactor(
      PackedLayout(kernel: kernel, rows: samples, columns: count, holdsRest: true), group: group
    ) { directions in
      var rows = basis.lines.matrix.copy(rows: directions)
      for (i, j) in directions.enumerated() { rows.scale(row: i, by: weights[j]) }
      return rows
    }
    self.basis = basis
    self.ridge = ridge
    self.excludesSelf = excludesSelf
    features = WhitenedFeatures(
      samples: samples, count: count, response: response, projection: projection,
      penalty: .diagonal(SharedRow(basis.values.map { Float(ridge / ($0 + ridge)) })))
  }

  func states(
    from earlier: PanelSolution<S>, in panel: inout FeaturePanel
  ) -> Matrix<Float> {
    // η = (g + λ)^½ θ̃.
    let stretching = basis.values.map { ($0 + ridge).squareRoot() }
    var states = earlier.coefficients.converted(to: Double.self)
    for i in 0..<states.rows { states.scale(row: i, by: stretching) }
    return states.converted(to: Float.self)
  }

  func coefficients(of states: borrowing Matrix<Float>, neurons: [Int]) -> Matrix<S> {
    let shrinking = basis.values.map { 1 / ($0 + ridge).squareRoot() }
    var coefficients = states.converted(to: Double.self)
    for i in 0..<coefficients.rows { coefficients.scale(row: i, by: shrinking) }
    return coefficients.converted(to: S.self)
  }

  /// `c = (g + λ)^-½ a` and `τ = (1 − |a|²) / λ`.
  func ownWeights(of neurons: [Int]) -> OwnWeights {
    guard excludesSelf else { return OwnWeights(neurons: neurons.count, features: basis.count) }
    var directions = basis.own.selectedRows(neurons).converted(to: Double.self)
    let shrinking = basis.values.map { 1 / ($0 + ridge).squareRoot() }
    for i in 0..<directions.rows { directions.scale(row: i, by: shrinking) }
    return OwnWeights(
      directions: directions.converted(to: Float.self),
      slack: neurons.map { basis.outside[$0] / ridge })
  }

  /// `Vᵀ X` of the held-out transitions with θ̃; what undoes an own weight ω outside the
  /// directions is `ω (a − e_i)`, with `ω = aᵀθ̃ / (1 − |a|²)`.
  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    var states = coefficients.copy()
    var undone = [Double](repeating: 0, count: neurons.count)
    if excludesSelf {
      let own = basis.own.selectedRows(neurons).converted(to: S.self)
      for (i, neuron) in neurons.enumerated() where basis.outside[neuron] > 0 {
        undone[i] = own.dot(i, coefficients, i) / basis.outside[neuron]
        states.add(S(undone[i]), own, i, toRow: i)
      }
    }
    var response = product(states, basis.heldOut.matrix)
    let regressors = basis.regressors
    for (i, neuron) in neurons.enumerated() where undone[i] != 0 {
      response.add(
        S(-undone[i]), regressors.heldOut.matrix, regressors.index(ofLocal: neuron), toRow: i)
    }
    return response
  }
}

internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// The subproblems in whitened features of the samples: the eigenvectors of `G = X Xᵀ`.
///
/// `Q = U (g / (g + λ))^½` and `B = λ / (g + λ)`, diagonal. Directions with `g ≪ λ` are left out of
/// the iterations: there the solution is `b = E / λ`, one step from any scores. Before a solution
/// counts as one, the response of that part is put in as a shift of S; its residual is measured
/// in the whole problem, in float64.
struct FeatureDualForm<S: Scalar & Transferable>: FeatureForm, ~Copyable {
  let ridge: Double
  let own: OwnRegressors
  let products: DualGram<S>
  let basis: EigenBasis
  let features: WhitenedFeatures
  /// `(G − U g Uᵀ) / λ`, samples × samples; nil if that is rounding.
  let tail: PackedFactor?
  let gradients: FeatureGradients

  var regressors: Regressors<S> { products.regressors }
  var unknowns: Int { regressors.samples }
  var neglects: Bool { tail != nil }
  var excludesSelf: Bool { own.leavesOut }
  var regressorProducts: SharedMatrix<Double>? { products.gram }

  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    products.heldOutResponse(coefficients, neurons: neurons, own)
  }

  /// The own regressors of some neurons, neurons × samples; zero where none is left out.
  func ownRegressors(of neurons: [Int]) -> Matrix<Double> {
    var result = Matrix<Double>(rows: neurons.count, columns: regressors.samples)
    for (i, neuron) in neurons.enumerated() {
      guard let own = own[neuron] else { continue }
      result.setRounded(row: i, regressors.fitted.matrix, own)
    }
    return result
  }

  func ownWeights(of neurons: [Int]) -> OwnWeights {
    guard excludesSelf else { return OwnWeights(neurons: neurons.count, features: features.count) }
    var directions = Matrix<Float>(rows: neurons.count, columns: features.count)
    let along = product(ownRegressors(of: neurons), basis.vectors.matrix)
    let slack = neurons.indices.map { i in
      max(0, 1 - directions.setOwn(row: i, along, in: basis, ridge: ridge)) / ridge
    }
    return OwnWeights(directions: directions, slack: slack, along: along)
  }

  /// `S_⊥ = G_⊥ E / λ − x_⊥ ω`, with the own regressor's part `x_⊥` outside the features and the
  /// own weight ω that the solution implies: `ω = (cᵀη + x_⊥ᵀE / λ) / (λ τ)`.
  func updateShift(_ panel: inout FeaturePanel) {
    guard let tail else { return }
    let active = panel.panel.active
    panel.shift.reserve(rows: panel.panel.rows.count, columns: features.samples)
    panel.panel.flops += tail.multiply(active, panel.scores, .rounded, into: &panel.shift)
    guard excludesSelf else { return }
    // x inside the features is F a = Q (g + λ) c.
    let stretch = SharedRow(basis.values.map { Float($0 + ridge) })
    var outside = panel.responses(ofOwnScaledBy: stretch)
    for i in 0..<active {
      let row = panel.panel.rows[i]
      let slack = panel.own.slack[row.position]
      guard slack > 0, let own = own[row.neuron] else { continue }
      outside.scale(row: i, by: -1)
      outside.addRounded(1, regressors.fitted.matrix, own, toRow: i)
      panel.panel.rescore(i)
      let offset = outside.dot(i, panel.panel.score, 0) / ridge
      panel.setOwnOffset(i, offset)
      let implied = panel.ownProduct(i) / (ridge * slack)
      panel.shift.add(Float(-implied), outside, i, toRow: i)
    }
  }
}

extension FeatureDualForm {
  /// The form at one ridge; nil where no features serve.
  ///
  /// - Complexity: the eigenvectors on one rank a node; `2 T² r` flops over the ranks of a node
  ///   for what is neglected.
  /// - Collective: every rank of `group` must call it.
  init?(
    gram products: DualGram<S>, ridge: Double, own: OwnRegressors, gradients: FeatureGradients,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let found = try phases.measure("factor") {
      try EigenBasis(products.gram.shared, ridge: ridge, group: group)
    }
    guard let basis = found else { return nil }
    let samples = products.regressors.samples
    let kernel = gradients.kernel
    let weights = basis.values.map { ($0 / ($0 + ridge)).squareRoot() }
    let features = try phases.measure("factor") {
      let response = try PackedFactor(
        PackedLayout(kernel: kernel, rows: basis.count, columns: samples, holdsRest: true),
        group: group
      ) { samples in
        var lines = basis.vectors.matrix.copy(rows: samples)
        for i in 0..<lines.rows { lines.scale(row: i, by: weights) }
        return lines.converted(to: Float.self)
      }
      let projection = try PackedFactor(
        PackedLayout(kernel: kernel, rows: samples, columns: basis.count, holdsRest: true),
        group: group
      ) { features in
        let columns = basis.vectors.matrix.copy(columns: features)
        var lines = columns.view.transposed.copy()
        for (i, j) in features.enumerated() { lines.scale(row: i, by: weights[j]) }
        return lines.converted(to: Float.self)
      }
      let penalties = basis.values.map { Float(ridge / ($0 + ridge)) }
      let leading =
        gradients.usesCurvature
        ? try LeadingCurvature(
          samples: samples, features: basis.count, kernel: kernel, group: group
        ) { places, count in
          var lines = basis.vectors.matrix.selectedRows(places).copy(columns: 0..<count)
          for i in 0..<lines.rows { lines.scale(row: i, by: Array(weights[..<count])) }
          return lines.converted(to: Float.self)
        } : nil
      return WhitenedFeatures(
        samples: samples, count: basis.count, response: response, projection: projection,
        penalty: .diagonal(SharedRow(penalties)), leading: leading)
    }
    let tail = try phases.measure("factor") {
      try Self.tail(products.gram.shared, basis, ridge: ridge, kernel: kernel, group: group)
    }
    self.init(
      ridge: ridge, own: own, products: products, basis: basis,
      features: features, tail: tail, gradients: gradients)
  }

  /// `(G − U g Uᵀ) / λ`, packed; nil if all directions are kept.
  private static func tail(
    _ gram: borrowing NodeShared<Double>, _ basis: EigenBasis, ridge: Double,
    kernel: ProductKernel, group: borrowing some RankGroup & ~Copyable
  ) throws -> PackedFactor? {
    let samples = gram.matrix.rows
    let trace = (0..<samples).reduce(0) { $0 + gram.matrix[$1, $1] }
    guard trace - basis.values.reduce(0, +) > leastTail * ridge else { return nil }
    return try PackedFactor(
      PackedLayout(kernel: kernel, rows: samples, columns: samples, holdsRest: false),
      group: group
    ) { lines in
      var scaled = basis.vectors.matrix.copy(rows: lines)
      for i in 0..<scaled.rows { scaled.scale(row: i, by: basis.values) }
      var rest = gram.matrix.copy(rows: lines)
      rest.multiply(
        rows: 0..<rest.rows, scaled, basis.vectors.matrix, transposingB: true,
        scale: -1 / ridge, keep: 1 / ridge)
      return rest.converted(to: Float.self)
    }
  }

  /// The trace of what is neglected, over the ridge, below which it is left out: responses of
  /// less than that share of a score.
  private static var leastTail: Double { 1e-6 }
}

extension Matrix where S == Double {
  /// `row i ← factors · row i`, entry by entry.
  mutating func scale(row i: Int, by factors: [Double]) {
    var row = mutableRow(i)
    for j in 0..<row.count { row[j] *= factors[j] }
  }
}

extension Matrix where S == Float {
  /// `row i ← c = (g + λ)^-½ a` with `a = g^-½ Uᵀ x`, Uᵀx being row i of `products`; returns |a|².
  fileprivate mutating func setOwn(
    row i: Int, _ products: borrowing Matrix<Double>, in basis: EigenBasis, ridge: Double
  ) -> Double {
    let along = products.row(i)
    var row = mutableRow(i)
    var square = 0.0
    for (j, g) in basis.values.enumerated() {
      let a = along[j] / basis.roots[j]
      square += a * a
      row[j] = Float(a / (g + ridge).squareRoot())
    }
    return square
  }
}

internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// The dual form of a live fit: a coefficient for each transition, `θ_i = Xᵀ b_i`.
///
/// With `G = X Xᵀ` and `M = (G + ridge I)⁻¹` the inverse without neuron i's own regressor x_i is
/// one of rank one away, `M_i = M + M x_i (M x_i)ᵀ / (1 − q_i)`, `q_i = x_iᵀ M x_i`, so own
/// weights stay zero exactly. The currents `S_i = G_i b_i` are kept, and the working responses
/// are `S + ridge b` without being kept. A step is 12 T² + 20 T N flops, shared by the ranks but
/// for the T².
///
/// What leaves contracts the error that M has, what comes magnifies it: its pivot, the squared
/// distance of x from those before, is as small as the ridge is weak. So `M X x` is taken once
/// more against G, by a step of iterative refinement, and has no share in that error.
final class LiveDual: LiveForm {
  let window: SlidingWindow
  /// `G` and `M`, T × T.
  var gram: Matrix<Double>
  var inverse: Matrix<Double>
  /// `M x_i` and `q_i` of this rank's neurons; none where own weights are allowed.
  var images: Matrix<Double>
  var quotients: [Double]
  /// b and S of this rank's neurons, rows × T.
  var coefficients: Matrix<Double>
  var response: Matrix<Double>
  var rival: LinearRival
  /// `x_iᵀ b_i`, the own weights that b implies, until b changes.
  var implied: [Double]?
  /// Regressors and `X x` of what was asked for first since the window changed: the next
  /// transition begins where the latest forecast did.
  var latest: (regressors: [Double], products: [Double])?

  init(_ problem: LiveProblem, threads: Int) {
    window = SlidingWindow(problem, threads: threads)
    let (rows, size) = (problem.local.count, problem.window)
    gram = Matrix(rows: size, columns: size)
    inverse = Matrix(rows: size, columns: size)
    for t in 0..<size { inverse[t, t] = 1 / problem.ridge }
    let excluded = problem.selfConnections ? 0 : rows
    images = Matrix(rows: excluded, columns: size)
    quotients = [Double](repeating: 0, count: excluded)
    coefficients = Matrix(rows: rows, columns: size)
    response = Matrix(rows: rows, columns: size)
    rival = LinearRival(problem, unknowns: size)
  }

  func features(
    of regressors: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    if let latest, latest.regressors == regressors { return latest.products }
    let products = try window.products(with: regressors, group: group)
    if latest == nil { latest = (regressors, products) }
    return products
  }

  /// `θ_iᵀ x` from `X x`, without the own weights that b implies.
  func currents(of regressors: [Double], features products: [Double]) -> [Double] {
    let whole = coefficients.times(products, threads: window.threads)
    guard !problem.selfConnections else { return whole }
    let (first, own) = (problem.local.lowerBound, ownWeights())
    return whole.indices.map { whole[$0] - regressors[first + $0] * own[$0] }
  }

  /// The own weights that b implies, and that do not count.
  private func ownWeights() -> [Double] {
    let first = problem.local.lowerBound
    let own =
      implied
      ?? (0..<coefficients.rows).map { coefficients.dot($0, window.regressors, first + $0) }
    implied = own
    return own
  }

  func currents(ofBlock x: borrowing Matrix<Double>) -> Matrix<Double> {
    let products = productsOfColumns(window.regressors, x)
    var whole = product(coefficients, products)
    guard !problem.selfConnections else { return whole }
    for (i, own) in ownWeights().enumerated() {
      whole.add(-own, x, problem.local.lowerBound + i, toRow: i)
    }
    return whole
  }

  func pulledBack(_ forces: [Double]) -> [Double] {
    var sum = window.regressors.times(coefficients.transposedTimes(forces))
    guard !problem.selfConnections else { return sum }
    for (i, own) in ownWeights().enumerated() {
      sum[problem.local.lowerBound + i] -= forces[i] * own
    }
    return sum
  }

  func increments(after features: [Double]) -> [Double] { rival.increments(after: features) }
}

extension LiveDual {
  func refine(rows: [Int], iterations: Int, tolerance: Double) -> [RefinedRow] {
    let panel = solve(
      LiveDualProducts(self), rows: rows, iterations: iterations, tolerance: tolerance)
    for i in 0..<panel.rows.count {
      let row = panel.rows[i].neuron
      coefficients.copyRow(row, from: panel.coefficients, i)
      response.copyRow(row, from: panel.response, i)
    }
    implied = nil
    return panel.refinedRows
  }

  func weights(ofRows rows: [Int]) -> Matrix<Double> {
    var weights = product(
      coefficients.selectedRows(rows), window.regressors, transposingB: true)
    for (place, row) in rows.enumerated() where !problem.selfConnections {
      weights[place, problem.local.lowerBound + row] = 0
    }
    return weights
  }

  func drift(along vector: (Int) -> Double) -> Double {
    let v = (0..<gram.rows).map(vector)
    let image = gram.times(v)
    let back = inverse.times(zip(image, v).map { $0 + problem.ridge * $1 })
    return relativeDistance(back, v)
  }

  func refactor() throws {
    var fresh = gram.copy()
    for t in 0..<fresh.rows { fresh[t, t] += problem.ridge }
    inverse = try inverted(fresh, ridge: problem.ridge)
    guard !problem.selfConnections else { return }
    let own = window.regressors.copy(rows: problem.local)
    images = product(own, inverse)
    quotients = (0..<own.rows).map { own.dot($0, images, $0) }
  }

  func restart() throws {
    latest = nil
    gram = productsOfColumns(window.regressors, window.regressors)
    try refactor()
    coefficients = Matrix(rows: coefficients.rows, columns: coefficients.columns)
    response = Matrix(rows: response.rows, columns: response.columns)
    implied = nil
    guard problem.hasRival, !problem.local.isEmpty else { return }
    rival.coefficients = product(window.increments, inverse)
  }
}

/// `Xᵀ Y`.
private func productsOfColumns(
  _ x: borrowing Matrix<Double>, _ y: borrowing Matrix<Double>
) -> Matrix<Double> { product(x.view.transposed, y.view) }

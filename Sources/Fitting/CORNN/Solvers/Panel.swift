internal import LinearAlgebra

/// The state of the conjugate gradients for a panel of neurons, a row a neuron.
///
/// A coefficient is a weight θ in the primal form (`unknowns` = number of regressors)
/// and a sample coefficient b, with θ = Xᵀ b, in the dual form (`unknowns` = number of
/// samples). The inner product of weights `⟨x, y⟩` is then `x · G y`, and the image z of a
/// residual e has `G z = e − λ z`, which is taken where it is needed and not stored.
///
/// Rows 0..<active are iterated; solved rows are swapped behind them.
struct Panel<S: Scalar>: ~Copyable {
  /// The neurons, by their index among this rank's; row i solves one for `neurons[i]`.
  var neurons: [Int]
  /// Where each row stood before rows were swapped.
  var positions: [Int]
  var active: Int

  // Targets and what follows from S = Xθ: rows × samples.
  var target: Matrix<S>  // z = artanh d, NaN where missing
  var headroom: Matrix<S>  // (1 − |d|) / 2
  var response: Matrix<S>  // S
  var directionResponse: Matrix<S>  // Sp
  var curvature: Matrix<S>  // φ''(S), of clipped samples the secant's
  /// E = −φ'(S); in the dual form of the row that was evaluated last only.
  var score: Matrix<S>

  // Vectors in the space of the coefficients: rows × unknowns.
  var coefficients: Matrix<S>  // θ or b
  var residual: Matrix<S>  // −∇F, or e with −∇F = Xᵀ e
  var image: Matrix<S>  // preconditioned residual
  var direction: Matrix<S>  // p
  var exclusion: Matrix<S>  // dual form: M x_i; none in the primal form

  /// Room for products of low rank; rows × rank.
  var compressed = Matrix<S>(rows: 0, columns: 0)
  /// Room for products in float32.
  var narrow = NarrowVectors(rows: 0, columns: 0)

  var scalars: [RowScalars]

  /// The projections of the rows onto what a mask allows, if there is one.
  var mask: PanelMask<S>?

  let isDual: Bool

  /// Whether images are taken with the inverse itself where there is a cheaper
  /// approximation.
  var isExact = true
  /// What the optimality residual must reach, over the tolerance.
  var caution = 1.0

  /// Floating-point operations of the products taken so far.
  var flops = 0.0

  /// Where the scores of a row are.
  func scoreRow(_ i: Int) -> Int { isDual ? 0 : i }

  init(neurons: [Int], samples: Int, unknowns: Int, isDual: Bool, excludesSelf: Bool) {
    let rows = neurons.count
    self.isDual = isDual
    self.neurons = neurons
    positions = Array(0..<rows)
    active = rows
    target = Matrix(rows: rows, columns: samples)
    headroom = Matrix(rows: rows, columns: samples)
    response = Matrix(rows: rows, columns: samples)
    directionResponse = Matrix(rows: rows, columns: samples)
    curvature = Matrix(rows: rows, columns: samples)
    score = Matrix(rows: isDual ? min(1, rows) : rows, columns: samples)
    coefficients = Matrix(rows: rows, columns: unknowns)
    residual = Matrix(rows: rows, columns: unknowns)
    image = Matrix(rows: rows, columns: unknowns)
    direction = Matrix(rows: rows, columns: unknowns)
    exclusion = Matrix(rows: isDual && excludesSelf ? rows : 0, columns: samples)
    scalars = [RowScalars](repeating: RowScalars(), count: rows)
  }

  /// Takes a row out of the iteration.
  mutating func retire(row: Int) {
    active -= 1
    swap(row, active)
  }

  /// Moves the given rows, in ascending order, to the front.
  mutating func bringToFront(_ rows: [Int]) {
    for (place, row) in rows.enumerated() { swap(place, row) }
  }

  private mutating func swap(_ i: Int, _ j: Int) {
    guard i != j else { return }
    neurons.swapAt(i, j)
    positions.swapAt(i, j)
    scalars.swapAt(i, j)
    target.swapRows(i, j)
    headroom.swapRows(i, j)
    response.swapRows(i, j)
    directionResponse.swapRows(i, j)
    curvature.swapRows(i, j)
    if !isDual { score.swapRows(i, j) }
    coefficients.swapRows(i, j)
    residual.swapRows(i, j)
    image.swapRows(i, j)
    direction.swapRows(i, j)
    if exclusion.rows > 0 { exclusion.swapRows(i, j) }
  }
}

/// What the conjugate gradients keep of one row besides vectors.
struct RowScalars {
  /// `⟨g, A⁻¹ g⟩`, the squared gradient in the preconditioner's norm.
  var decrement = 0.0
  /// The same of the ridge problem at θ = 0: the scale of the optimality residual.
  var scale = 0.0
  /// `⟨g, image⟩` with the image of the gradient before.
  var crossing = 0.0
  /// `⟨g, p⟩ > 0`.
  var slope = 0.0
  /// `⟨p, p⟩`, `⟨θ, p⟩`, `⟨θ, θ⟩`.
  var directionSquared = 0.0
  var overlap = 0.0
  var squaredNorm = 0.0
  /// `Σ φ'' Sp²`, of clipped samples with the secant's curvature.
  var curvature = 0.0
  /// `Σ φ`, without the ridge.
  var loss = 0.0
  /// Dual form: `1 − x_iᵀ K⁻¹ x_i`.
  var exclusionQuotient = 1.0
  /// The next direction is the image itself.
  var restarts = true
  /// Steps in a row that found no length.
  var stalls = 0
  var iterations = 0
  var outcome = Outcome.iterationLimit

  /// The relative optimality residual `‖∇F‖ / ‖Xᵀ z‖`, both in the norm of A⁻¹.
  var optimality: Double {
    scale > 0 ? (max(0, decrement) / scale).squareRoot() : 0
  }
}

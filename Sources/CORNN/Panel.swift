internal import LinearAlgebra

/// The state of the conjugate gradients for a panel of neurons, a row a neuron.
///
/// A coefficient is a weight θ in the primal form (`unknowns` = number of regressors)
/// and a sample coefficient b, with θ = Xᵀ b, in the dual form (`unknowns` = number of
/// samples). `pair` arrays hold `G` times the vector they belong to in the dual form, so
/// that `⟨x, y⟩ = x · pair(y)` is the inner product in weight space; in the primal form
/// they are the vectors themselves and are not stored.
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
  var response: Matrix<S>  // S
  var directionResponse: Matrix<S>  // Sp
  var score: Matrix<S>  // E = −φ'(S)

  // Vectors in the space of the coefficients: rows × unknowns.
  var coefficients: Matrix<S>  // θ or b
  var residual: Matrix<S>  // −∇F, or e with −∇F = Xᵀ e
  var image: Matrix<S>  // preconditioned residual
  var direction: Matrix<S>  // p
  var imagePair: Matrix<S>  // dual form only
  var exclusion: Matrix<S>  // dual form: M x_i; none in the primal form

  var scalars: [RowScalars]

  /// The projections of the rows onto what a mask allows, if there is one.
  var mask: PanelMask<S>?

  var isDual: Bool { imagePair.rows > 0 }

  init(neurons: [Int], samples: Int, unknowns: Int, isDual: Bool, excludesSelf: Bool) {
    let rows = neurons.count
    self.neurons = neurons
    positions = Array(0..<rows)
    active = rows
    target = Matrix(rows: rows, columns: samples)
    response = Matrix(rows: rows, columns: samples)
    directionResponse = Matrix(rows: rows, columns: samples)
    score = Matrix(rows: rows, columns: samples)
    coefficients = Matrix(rows: rows, columns: unknowns)
    residual = Matrix(rows: rows, columns: unknowns)
    image = Matrix(rows: rows, columns: unknowns)
    direction = Matrix(rows: rows, columns: unknowns)
    imagePair = Matrix(rows: isDual ? rows : 0, columns: samples)
    exclusion = Matrix(rows: isDual && excludesSelf ? rows : 0, columns: samples)
    scalars = [RowScalars](repeating: RowScalars(), count: rows)
  }

  /// Takes a row out of the iteration.
  mutating func retire(row: Int) {
    active -= 1
    let last = active
    guard row != last else { return }
    neurons.swapAt(row, last)
    positions.swapAt(row, last)
    scalars.swapAt(row, last)
    target.swapRows(row, last)
    response.swapRows(row, last)
    directionResponse.swapRows(row, last)
    score.swapRows(row, last)
    coefficients.swapRows(row, last)
    residual.swapRows(row, last)
    image.swapRows(row, last)
    direction.swapRows(row, last)
    if imagePair.rows > 0 { imagePair.swapRows(row, last) }
    if exclusion.rows > 0 { exclusion.swapRows(row, last) }
  }
}

/// What the conjugate gradients keep of one row besides vectors.
struct RowScalars {
  /// `⟨g, A⁻¹ g⟩`, the squared gradient in the preconditioner's norm.
  var decrement = 0.0
  /// The same of the ridge problem at θ = 0: the scale of the optimality residual.
  var scale = 0.0
  /// `⟨g, p⟩ > 0`.
  var slope = 0.0
  /// `⟨p, p⟩`, `⟨θ, p⟩`, `⟨θ, θ⟩`.
  var directionSquared = 0.0
  var overlap = 0.0
  var squaredNorm = 0.0
  /// `Σ φ`, without the ridge.
  var loss = 0.0
  /// Dual form: `1 − x_iᵀ K⁻¹ x_i`.
  var exclusionQuotient = 1.0
  /// Steps in a row that found no length.
  var stalls = 0
  var iterations = 0
  var outcome = Outcome.iterationLimit

  /// The relative optimality residual `‖∇F‖ / ‖Xᵀ z‖`, both in the norm of A⁻¹.
  var optimality: Double {
    scale > 0 ? (max(0, decrement) / scale).squareRoot() : 0
  }
}

internal import LinearAlgebra

/// The state of the iterations of a panel of neurons: a row a neuron in `rows` and in every
/// matrix.
///
/// Rows 0..<active are iterated; a row that is done is swapped behind them, with all that
/// belongs to it. What is kept elsewhere of a row is addressed by its `position`, which stays.
struct Panel<S: Scalar>: ~Copyable {
  var rows: [RowState]
  var active: Int

  let space: CoefficientSpace
  /// `λ = lambda · T`.
  let ridge: Double

  // Targets and what follows from S = Xθ: rows × samples.
  var target: Matrix<S>  // z = artanh d, NaN where missing
  var headroom: Matrix<S>  // (1 − |d|) / 2
  var response: Matrix<S>  // S
  var directionResponse: Matrix<S>  // Sp
  var curvature: Matrix<S>  // φ''(S), of clipped samples the secant's
  /// E = −φ'(S); of the row that was evaluated last only, where it is taken up at once.
  var score: Matrix<S>
  private let keepsScores: Bool

  // Vectors in the space of the coefficients: rows × unknowns.
  var coefficients: Matrix<S>  // θ or b
  var residual: Matrix<S>  // −∇F, or e with −∇F = Xᵀ e
  var preconditioned: Matrix<S>  // A⁻¹ of the residual
  var direction: Matrix<S>  // p

  var scratch = PanelScratch<S>()

  /// Floating-point operations of the products taken so far.
  var flops = 0.0

  /// `keepsScores`: whether every row has scores of its own; nil: if their product needs them.
  init(
    members: [Subproblem], samples: Int, unknowns: Int, space: CoefficientSpace, ridge: Double,
    keepsScores: Bool? = nil
  ) {
    let count = members.count
    self.space = space
    self.ridge = ridge
    self.keepsScores = keepsScores ?? (space == .weights)
    rows = members.enumerated().map { RowState($1, position: $0) }
    active = count
    target = Matrix(rows: count, columns: samples)
    headroom = Matrix(rows: count, columns: samples)
    response = Matrix(rows: count, columns: samples)
    directionResponse = Matrix(rows: count, columns: samples)
    curvature = Matrix(rows: count, columns: samples)
    score = Matrix(rows: self.keepsScores ? count : min(1, count), columns: samples)
    coefficients = Matrix(rows: count, columns: unknowns)
    residual = Matrix(rows: count, columns: unknowns)
    preconditioned = Matrix(rows: count, columns: unknowns)
    direction = Matrix(rows: count, columns: unknowns)
  }

  /// The row of `score` that has the scores of a row.
  func scoreRow(_ i: Int) -> Int { keepsScores ? i : 0 }

  /// Sum of F over all rows, those that are done included.
  var objective: Double {
    rows.reduce(0) { $0 + $1.loss + ridge / 2 * $1.squaredNorm }
  }
}

// Where rows stand.
extension Panel {
  /// Exchanges two rows in all that is kept of them.
  mutating func swapRows(_ i: Int, _ j: Int) {
    guard i != j else { return }
    rows.swapAt(i, j)
    forEachMatrixOfRows { $0.swapRows(i, j) }
  }

  /// Takes a row out of the iteration.
  mutating func retire(row: Int) {
    active -= 1
    swapRows(row, active)
  }

  /// Moves the given rows, in ascending order, to the front.
  mutating func bringToFront(_ rows: [Int]) {
    for (place, row) in rows.enumerated() { swapRows(place, row) }
  }

  /// Visits the matrices that have a row a neuron.
  private mutating func forEachMatrixOfRows(_ body: (inout Matrix<S>) -> Void) {
    body(&target)
    body(&headroom)
    body(&response)
    body(&directionResponse)
    body(&curvature)
    if keepsScores { body(&score) }
    body(&coefficients)
    body(&residual)
    body(&preconditioned)
    body(&direction)
  }
}

// Which rows are done.
extension Panel {
  /// Takes the rows out whose residual is below a bound, or that ended otherwise.
  mutating func retireSolved(below bound: Double) {
    for i in stride(from: active - 1, through: 0, by: -1) where rows[i].settle(below: bound) {
      retire(row: i)
    }
  }

  /// Takes up again the rows that count as converged with a residual that is not below a bound,
  /// and on demand those that stalled; returns whether there were any.
  mutating func reopen(notBelow bound: Double, includingStalled: Bool = false) -> Bool {
    var found = false
    for i in 0..<active where !(rows[i].optimality < bound) {
      let outcome = rows[i].outcome
      guard outcome == .converged || outcome == .stalled && includingStalled else { continue }
      rows[i].restarts = outcome == .stalled
      rows[i].outcome = .iterationLimit
      rows[i].stalls = 0
      found = true
    }
    return found
  }
}

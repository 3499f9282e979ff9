internal import LinearAlgebra

/// The state of the iterations of a panel of neurons in whitened features.
///
/// `panel` has the rows: its coefficients are η, its residual the product `Qᵀ E`, its
/// preconditioned residual the image z of the gradient, and its ridge is 1, as the penalty is in
/// the metric B. Scores are packed for their product as soon as they are known.
struct FeaturePanel: ~Copyable {
  let features: WhitenedFeatures
  var panel: Panel<Float>

  // Rows × features, swapped with those of the panel.
  var penalty: Matrix<Float>  // w = B η
  var penalisedDirection: Matrix<Float>  // B p

  /// Scores and vectors of features as the products read them.
  var scores: PackedRows
  var vectors: PackedRows

  /// How exactly the iterations take `Qᵀ E`, and responses to directions.
  var gradientAccuracy = ProductAccuracy.rounded
  var responseAccuracy = ProductAccuracy.rounded

  /// What is added to `Q η` besides: the response of what the features neglect; rows × samples,
  /// or none.
  var shift = Matrix<Float>(rows: 0, columns: 0)

  /// c and τ of the own weights; addressed by position.
  let own: OwnWeights

  /// Products of c with the vectors of the rows; by position.
  var along: [OwnProducts]

  /// What preconditions the directions besides the features; none but for some losses.
  var metric: PanelMetric?

  /// The lengths of the steps since S was recomputed by split products; by position.
  var travelled: [Double]

  /// β of the next direction of a row that stopped before it; by position.
  var held: [Double?]

  /// The first row with the same targets; by position.
  let targets: [Int]

  init(members: [Subproblem], features: WhitenedFeatures, own: consuming OwnWeights) {
    let rows = members.count
    self.features = features
    panel = Panel(
      members: members, samples: features.samples, unknowns: features.count, space: .weights,
      ridge: 1, keepsScores: false)
    penalty = Matrix(rows: rows, columns: features.count)
    penalisedDirection = Matrix(rows: rows, columns: features.count)
    scores = PackedRows(
      rows: rows, columns: features.samples, kernel: features.kernel, holdsRest: true)
    vectors = PackedRows(
      rows: rows, columns: features.count, kernel: features.kernel, holdsRest: true)
    self.own = own
    along = [OwnProducts](repeating: OwnProducts(), count: rows)
    travelled = [Double](repeating: 0, count: rows)
    held = [Double?](repeating: nil, count: rows)
    targets = Self.firstWithSameTargets(members)
  }

  private static func firstWithSameTargets(_ members: [Subproblem]) -> [Int] {
    var first: [Subproblem.Targets: Int] = [:]
    return members.enumerated().map { place, member in
      let found = first[member.targets] ?? place
      first[member.targets] = found
      return found
    }
  }

  /// Puts the active rows at `η = 0`.
  mutating func clear() {
    for i in 0..<panel.active {
      panel.coefficients.clear(row: i)
      penalty.clear(row: i)
      panel.preconditioned.clear(row: i)
      along[panel.rows[i].position] = OwnProducts()
    }
  }

  /// Exchanges two rows in all that is kept of them.
  mutating func swapRows(_ i: Int, _ j: Int) {
    guard i != j else { return }
    panel.swapRows(i, j)
    penalty.swapRows(i, j)
    penalisedDirection.swapRows(i, j)
    scores.swapRows(i, j)
    if shift.rows > 0 { shift.swapRows(i, j) }
  }

  /// Takes the rows out whose residual is below a bound, or that ended otherwise.
  mutating func retireSolved(below bound: Double) { retireSolved { _ in bound } }

  /// The same with a bound of each row.
  mutating func retireSolved(below bound: (RowState) -> Double) {
    for i in stride(from: panel.active - 1, through: 0, by: -1)
    where panel.rows[i].settle(below: bound(panel.rows[i])) {
      panel.active -= 1
      swapRows(i, panel.active)
    }
  }

  /// Says of the rows that are still open that no step improves them any more.
  mutating func stallOpen() {
    for i in 0..<panel.active where panel.rows[i].outcome == .iterationLimit {
      panel.rows[i].outcome = .stalled
    }
  }

  /// Moves the given rows, in ascending order, to the front.
  mutating func bringToFront(_ rows: [Int]) {
    for (place, row) in rows.enumerated() { swapRows(place, row) }
  }
}

// States that rows have in common.
extension FeaturePanel {
  /// Does some work on one of the active rows of each kind, a number by position, and gives the
  /// others the state that it led to; loss, scores and curvatures are each row's own.
  mutating func share(among kinds: [Int], _ work: (inout FeaturePanel) -> Void) {
    let all = panel.active
    var places: [Int: Int] = [:]
    let first = (0..<all).filter { i in
      let kind = kinds[panel.rows[i].position]
      guard places[kind] == nil else { return false }
      places[kind] = places.count
      return true
    }
    bringToFront(first)
    panel.active = first.count
    work(&self)
    panel.active = all
    for i in first.count..<all {
      if let source = places[kinds[panel.rows[i].position]] { takeState(i, of: source) }
    }
  }

  /// `η, S, B η` of row i ← those of row j.
  private mutating func takeState(_ i: Int, of j: Int) {
    panel.coefficients.copyRow(i, fromRow: j)
    panel.response.copyRow(i, fromRow: j)
    penalty.copyRow(i, fromRow: j)
    let (own, other) = (panel.rows[i].position, panel.rows[j].position)
    along[own] = along[other]
    travelled[own] = travelled[other]
    panel.rows[i].decrement = panel.rows[j].decrement
    panel.rows[i].squaredNorm = panel.rows[j].squaredNorm
    rescore(i)
  }
}

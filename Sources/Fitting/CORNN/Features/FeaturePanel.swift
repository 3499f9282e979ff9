internal import Kernels
internal import LinearAlgebra

/// The state of the iterations of a panel of neurons in whitened features.
///
/// `panel` has the rows: its coefficients are η, its residual the product `Qᵀ E`, its
/// preconditioned residual the image z of the gradient, and its ridge is 1, as the penalty is in
/// the metric B.
struct FeaturePanel: ~Copyable {
  let features: WhitenedFeatures
  var panel: Panel<Float>

  // Rows × features, swapped with those of the panel.
  var penalty: Matrix<Float>  // w = B η
  var penalisedDirection: Matrix<Float>  // B p

  /// Scores and vectors of features as the products read them.
  var scores: PackedRows
  var vectors: PackedRows

  /// How exactly the iterations take `Qᵀ E`.
  var gradientAccuracy = ProductAccuracy.rounded

  /// What is added to `Q η` besides: the response of what the features neglect; rows × samples,
  /// or none.
  var shift = Matrix<Float>(rows: 0, columns: 0)

  /// c and τ of the own weights; addressed by position.
  let own: OwnWeights

  /// By position.
  private var along: [OwnProducts]

  /// β of the next direction of a row that stopped before it; by position.
  private var held: [Double?]

  init(neurons: [Int], features: WhitenedFeatures, own: consuming OwnWeights) {
    let rows = neurons.count
    self.features = features
    panel = Panel(
      neurons: neurons, samples: features.samples, unknowns: features.count, space: .features,
      ridge: 1)
    penalty = Matrix(rows: rows, columns: features.count)
    penalisedDirection = Matrix(rows: rows, columns: features.count)
    scores = PackedRows(
      rows: rows, columns: features.samples, kernel: features.kernel, holdsRest: true)
    vectors = PackedRows(
      rows: rows, columns: features.count, kernel: features.kernel, holdsRest: true)
    self.own = own
    along = [OwnProducts](repeating: OwnProducts(), count: rows)
    held = [Double?](repeating: nil, count: rows)
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
  mutating func retireSolved(below bound: Double) {
    for i in stride(from: panel.active - 1, through: 0, by: -1) {
      if panel.rows[i].outcome == .iterationLimit, panel.rows[i].optimality < bound {
        panel.rows[i].outcome = .converged
      }
      guard panel.rows[i].outcome != .iterationLimit else { continue }
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

/// The own weights of a panel's neurons in whitened features.
struct OwnWeights: ~Copyable {
  /// c, a row a neuron; zero where the own weight is free.
  let directions: Matrix<Float>
  /// τ; 0 where `cᵀη = 0` is a constraint.
  let slack: [Double]
  /// `|c|²`.
  let squares: [Double]

  /// τ over `|c|²` below which it counts as zero: what the constraint then leaves out is that
  /// share of an own weight, far below any tolerance, while `(cᵀη)² / τ` would be rounding.
  private static var leastSlack: Double { 1e-6 }

  init(directions: consuming Matrix<Float>, slack: [Double]) {
    let squares = slack.indices.map { directions.dot($0, directions, $0) }
    self.slack = zip(slack, squares).map { $0 > Self.leastSlack * $1 ? $0 : 0 }
    self.squares = squares
    self.directions = directions
  }
}

/// Products of c with vectors of one row.
private struct OwnProducts {
  /// What the own weight is apart from the features.
  var offset = 0.0
  /// With η, and the offset; with p and z.
  var state = 0.0
  var direction = 0.0
  var image = 0.0
}

// Steps of one row: O(samples + features) work, no products.
extension FeaturePanel {
  /// 1 / τ, 0 if the own weight is free or a constraint.
  private func stiffness(_ position: Int) -> Double {
    own.slack[position] > 0 ? 1 / own.slack[position] : 0
  }

  /// `z ← P (h − w)`: the gradient in the metric of the problem, with its square norm and its
  /// product with the image before.
  ///
  /// With P the inverse of `I + c cᵀ / τ` and the gradient `h − w − c (cᵀη) / τ`, this is
  /// `h − w − c (cᵀ(h − w) + cᵀη) / (τ + |c|²)`, whatever τ.
  mutating func updateImage(_ i: Int) {
    let k = panel.rows[i].position
    let square = own.squares[k]
    var correction = 0.0
    var product = 0.0
    if square > 0 {
      product = panel.residual.featureOwn(row: i, penalty: penalty, own: own.directions, k)
      correction = (product + along[k].state) / (own.slack[k] + square)
    }
    let sums = panel.preconditioned.featureImage(
      row: i, product: panel.residual, penalty: penalty, correction: correction,
      own: own.directions, k)
    let image = product - correction * square
    panel.rows[i].decrement = sums.square + image * image * stiffness(k)
    panel.rows[i].crossing = sums.crossing + image * along[k].image * stiffness(k)
    along[k].image = image
  }

  /// `p ← z + β p`, and the slope along it.
  mutating func setDirection(_ i: Int, beta: Double) {
    let k = panel.rows[i].position
    let sums = panel.direction.featureDirection(
      row: i, beta: beta, image: panel.preconditioned, own: own.directions, k)
    along[k].direction = sums.own
    panel.rows[i].slope = sums.slope + along[k].image * sums.own * stiffness(k)
  }

  /// Keeps β for the direction that a row would take if it went on.
  mutating func hold(_ beta: Double, _ i: Int) { held[panel.rows[i].position] = beta }

  /// What was kept, once.
  mutating func takeHeldBeta(_ i: Int) -> Double? {
    held[panel.rows[i].position].take()
  }

  /// The sums along p once its response and `B p` are known.
  mutating func refreshDirectionSums(_ i: Int) {
    let k = panel.rows[i].position
    let along = along[k]
    panel.rows[i].directionSquared =
      panel.direction.dot(i, penalisedDirection, i)
      + along.direction * along.direction * stiffness(k)
    panel.rows[i].overlap =
      panel.direction.dot(i, penalty, i) + along.state * along.direction * stiffness(k)
    panel.rows[i].curvature = panel.curvature.weightedSquare(i, panel.directionResponse, i)
  }

  /// `η ← η + t p`, and what is linear in η; the scores at the new S are in place.
  mutating func advance(_ i: Int, by t: Double) {
    panel.coefficients.featureAdvance(
      row: i, step: t, along: panel.direction, penalised: penalisedDirection,
      penalty: &penalty)
    panel.response.add(Float(t), panel.directionResponse, i, toRow: i)
    let k = panel.rows[i].position
    along[k].state += t * along[k].direction
    let row = panel.rows[i]
    panel.rows[i].squaredNorm += t * (2 * row.overlap + t * row.directionSquared)
  }

  /// The norm of η and the scores, once S and B η are recomputed.
  mutating func refreshRow(_ i: Int, loss: PointwiseLoss) {
    let k = panel.rows[i].position
    along[k].state = along[k].offset + panel.coefficients.dot(i, own.directions, k)
    panel.rows[i].squaredNorm =
      panel.coefficients.dot(i, penalty, i) + along[k].state * along[k].state * stiffness(k)
    rescore(i, loss: loss)
  }

  /// Loss, scores and curvatures at the present S, the scores packed for their product.
  mutating func rescore(_ i: Int, loss: PointwiseLoss) {
    panel.rescore(i, loss: loss)
    packScore(i)
  }

  /// Takes row j of `exact` for the response of a row; what `Q η` lacks of it becomes its shift.
  mutating func setResponse(
    _ i: Int, _ exact: borrowing Matrix<Double>, _ j: Int, loss: PointwiseLoss
  ) {
    panel.response.replace(row: i, by: exact, j, difference: &shift)
    rescore(i, loss: loss)
  }

  /// Packs the scores that were evaluated last as those of a row.
  mutating func packScore(_ i: Int) { scores.set(i, from: panel.score, 0) }
}

// Products of all active rows.
extension FeaturePanel {
  /// Sets what the own weight of a row is apart from the features: `x_⊥ᵀ b_⊥`.
  ///
  /// The penalty of the own weight is `(cᵀη + offset)² / 2τ`, as the part of S outside the features
  /// moves with it.
  mutating func setOwnOffset(_ i: Int, _ offset: Double) {
    let k = panel.rows[i].position
    along[k].state += offset - along[k].offset
    along[k].offset = offset
  }

  /// `cᵀη` of a row, with its offset.
  func ownProduct(_ i: Int) -> Double { along[panel.rows[i].position].state }

  /// `Q d c` of the active rows, by split products.
  mutating func responses(ofOwnScaledBy d: SharedRow) -> Matrix<Float> {
    var scaled = Matrix<Float>(rows: panel.active, columns: features.count)
    for i in 0..<panel.active {
      scaled.setScaled(row: i, own.directions, panel.rows[i].position, by: d.matrix)
      vectors.set(i, from: scaled, i)
    }
    var result = Matrix<Float>(rows: panel.active, columns: features.samples)
    panel.flops += features.response.multiply(panel.active, vectors, .split, into: &result)
    return result
  }

  /// `h ← Qᵀ E`.
  mutating func project(_ accuracy: ProductAccuracy) {
    panel.flops += features.projection.multiply(
      panel.active, scores, accuracy, into: &panel.residual)
  }

  /// `Sp ← Q p` and `B p`.
  mutating func respond() {
    for i in 0..<panel.active { vectors.set(i, from: panel.direction, i) }
    panel.flops += features.response.multiply(
      panel.active, vectors, .rounded, into: &panel.directionResponse)
    penalise(direction: true, .rounded)
  }

  /// `S ← Q η` and `B η`, freed of the drift of their recursions; the scores follow.
  mutating func refresh(_ accuracy: ProductAccuracy = .split, loss: PointwiseLoss) {
    for i in 0..<panel.active { vectors.set(i, from: panel.coefficients, i) }
    panel.flops += features.response.multiply(
      panel.active, vectors, accuracy, into: &panel.response)
    penalise(direction: false, accuracy)
    for i in 0..<panel.active {
      if shift.rows > 0 { panel.response.add(1, shift, i, toRow: i) }
      refreshRow(i, loss: loss)
    }
  }

  private mutating func penalise(direction: Bool, _ accuracy: ProductAccuracy) {
    switch features.penalty {
    case .diagonal(let diagonal):
      for i in 0..<panel.active {
        if direction {
          penalisedDirection.setScaled(row: i, panel.direction, i, by: diagonal.matrix)
        } else {
          penalty.setScaled(row: i, panel.coefficients, i, by: diagonal.matrix)
        }
      }
    case .dense(let matrix):
      if direction {
        panel.flops += matrix.multiply(
          panel.active, vectors, accuracy, into: &penalisedDirection)
      } else {
        panel.flops += matrix.multiply(panel.active, vectors, accuracy, into: &penalty)
      }
    }
  }
}

extension PackedRows {
  /// `row i ← row j of a matrix`.
  mutating func set(_ i: Int, from matrix: borrowing Matrix<Float>, _ j: Int) {
    set(i, matrix.row(j))
  }
}

extension Matrix where S == Float {
  /// `row i ← row j of other`, and what that adds to it is added to row i of `difference`.
  fileprivate mutating func replace(
    row i: Int, by other: borrowing Matrix<Double>, _ j: Int, difference: inout Matrix
  ) {
    var now = mutableRow(i)
    var differences = difference.mutableRow(i)
    let values = other.row(j)
    for t in 0..<now.count {
      let value = Float(values[t])
      differences[t] += value - now[t]
      now[t] = value
    }
  }
}

extension Matrix {
  /// `row i ← row j of other`, rounded or widened.
  @specialized(where S == Double, Other == Float)
  @specialized(where S == Double, Other == Double)
  @specialized(where S == Float, Other == Double)
  mutating func setRounded<Other: Scalar>(
    row i: Int, _ other: borrowing Matrix<Other>, _ j: Int
  ) {
    var target = mutableRow(i)
    let source = other.row(j)
    for t in 0..<target.count { target[t] = S(source[t]) }
  }
}

extension Matrix where S == Float {
  /// `row i += factor · row j of other`.
  mutating func addRounded<Other: Scalar>(
    _ factor: Float, _ other: borrowing Matrix<Other>, _ j: Int, toRow i: Int
  ) {
    var target = mutableRow(i)
    CORNN.addRounded(factor, other.row(j), to: &target)
  }
}

@specialized(where Other == Double)
@specialized(where Other == Float)
private func addRounded<Other: Scalar>(
  _ factor: Float, _ source: Span<Other>, to target: inout MutableSpan<Float>
) {
  for t in 0..<target.count { target[t] += factor * Float(source[t]) }
}

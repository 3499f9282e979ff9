internal import Kernels
internal import LinearAlgebra

// Steps of one row: O(samples + features) work, no products.
extension FeaturePanel {
  /// 1 / τ, 0 if the own weight is free or a constraint.
  func stiffness(_ position: Int) -> Double {
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
    panel.rows[i].square = panel.rows[i].decrement
    panel.rows[i].crossing = sums.crossing + image * along[k].image * stiffness(k)
    along[k].image = image
  }

  /// `p ← z + β p`, and the slope along it.
  mutating func setDirection(_ i: Int, beta: Double) {
    let k = panel.rows[i].position
    guard metric == nil else { return setDirectionInMetric(i, beta: beta) }
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
    travelled[k] += t * panel.direction.dot(i, panel.direction, i).squareRoot()
    let row = panel.rows[i]
    panel.rows[i].squaredNorm += t * (2 * row.overlap + t * row.directionSquared)
  }

  /// The norm of η and the scores, once S and B η are recomputed.
  mutating func refreshRow(_ i: Int) {
    let k = panel.rows[i].position
    along[k].state = along[k].offset + panel.coefficients.dot(i, own.directions, k)
    panel.rows[i].squaredNorm =
      panel.coefficients.dot(i, penalty, i) + along[k].state * along[k].state * stiffness(k)
    rescore(i)
  }

  /// Loss, scores and curvatures at the present S, the scores packed for their product.
  mutating func rescore(_ i: Int) {
    panel.rescore(i)
    packScore(i)
  }

  /// Takes row j of `exact` for the response of a row; what `Q η` lacks of it becomes its shift.
  mutating func setResponse(_ i: Int, _ exact: borrowing Matrix<Double>, _ j: Int) {
    panel.response.replace(row: i, by: exact, j, difference: &shift)
    rescore(i)
  }

  /// Packs the scores that were evaluated last as those of a row.
  mutating func packScore(_ i: Int) { scores.set(i, from: panel.score, 0) }

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
}

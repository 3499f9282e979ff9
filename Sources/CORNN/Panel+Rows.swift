internal import LinearAlgebra

// What the conjugate gradients do to one row: O(samples + unknowns) work, no products.
extension Panel {
  /// `⟨g, image⟩`.
  func residualDotImage(_ i: Int) -> Double {
    isDual ? residual.dot(i, imagePair, i) : residual.dot(i, image, i)
  }

  /// `⟨g, p⟩`.
  func residualDotDirection(_ i: Int) -> Double {
    isDual ? residual.dot(i, directionResponse, i) : residual.dot(i, direction, i)
  }

  /// `p ← image + β p`, and its response where that is recursed.
  mutating func setDirection(_ i: Int, beta: Double) {
    direction.fold(S(beta), intoRow: i, image)
    if isDual { directionResponse.fold(S(beta), intoRow: i, imagePair) }
  }

  /// `⟨p, p⟩` and `⟨θ, p⟩`.
  mutating func refreshDirectionScalars(_ i: Int) {
    if isDual {
      scalars[i].directionSquared = direction.dot(i, directionResponse, i)
      scalars[i].overlap = coefficients.dot(i, directionResponse, i)
    } else {
      scalars[i].directionSquared = direction.dot(i, direction, i)
      scalars[i].overlap = coefficients.dot(i, direction, i)
    }
  }

  /// `⟨θ, θ⟩`, afresh.
  mutating func refreshSquaredNorm(_ i: Int) {
    scalars[i].squaredNorm =
      isDual ? coefficients.dot(i, response, i) : coefficients.dot(i, coefficients, i)
  }

  /// `θ ← θ + t p`, `S ← S + t Sp`.
  mutating func advance(_ i: Int, by t: Double) {
    coefficients.add(S(t), direction, i, toRow: i)
    response.add(S(t), directionResponse, i, toRow: i)
    scalars[i].squaredNorm += t * (2 * scalars[i].overlap + t * scalars[i].directionSquared)
  }

  /// Loss and scores at the present S.
  mutating func rescore(_ i: Int, loss: PointwiseLoss) {
    scalars[i].loss =
      score.score(
        row: i, loss, target: target, response: response, along: directionResponse, step: 0
      ).loss
  }

  /// Scores at the present S as the published map takes them: those kept are scaled by
  /// T / kept.
  mutating func rescalePublished(_ i: Int, loss: PointwiseLoss) {
    let found = score.score(
      row: i, loss, target: target, response: response, along: directionResponse, step: 0)
    scalars[i].loss = found.loss
    let kept = max(1, found.observed - found.beyond)
    score.scaleRow(i, by: S(Double(found.observed) / Double(kept)))
  }

  /// Sum of F over all rows, solved ones included.
  func objective(ridge: Double) -> Double {
    scalars.reduce(0) { $0 + $1.loss + ridge / 2 * $1.squaredNorm }
  }

  /// The step length t > 0 along p, with the scores at S + t Sp in place; 0 if none.
  ///
  /// The first trial is Newton's, with a curvature that clipped samples cannot make zero,
  /// or `longest` if that is less.
  /// It is taken if the slope there is above −½ of the present one and F does not rise;
  /// else the secant of the slopes gives the next. Slopes stay meaningful where
  /// differences of F are rounding.
  mutating func searchLine(
    _ i: Int, loss: PointwiseLoss, ridge: Double, longest: Double = .infinity
  ) -> Double {
    let row = scalars[i]
    let newton = newtonLength(i, loss: loss, ridge: ridge)
    guard newton > 0 else { return 0 }
    let before = row.loss
    let rounding = 64 * Double(S.ulpOfOne) * (abs(before) + ridge * row.squaredNorm)
    var t = min(longest, newton)
    for _ in 0..<Self.trials {
      let trial = score.score(
        row: i, loss, target: target, response: response, along: directionResponse, step: t)
      let slope = trial.slope - ridge * (row.overlap + t * row.directionSquared)
      let rise =
        trial.loss - before + ridge * t * (row.overlap + t / 2 * row.directionSquared)
      if slope >= -0.5 * row.slope, rise <= rounding {
        scalars[i].loss = trial.loss
        return t
      }
      let secant = slope < row.slope ? row.slope / (row.slope - slope) : 0.5
      t *= max(0.1, min(0.7, secant))
    }
    rescore(i, loss: loss)
    return 0
  }

  private static var trials: Int { 20 }

  /// Newton's step length along p, 0 if p does not descend.
  func newtonLength(_ i: Int, loss: PointwiseLoss, ridge: Double) -> Double {
    let curvature =
      response.curvature(row: i, loss, target: target, along: directionResponse)
      + ridge * scalars[i].directionSquared
    guard curvature > 0, scalars[i].slope > 0 else { return 0 }
    return scalars[i].slope / curvature
  }
}

// Rows of several matrices in one kernel call.
extension Matrix {
  /// `row i ← −φ'(S + t Sp)`, with Σφ and Σ −φ' Sp there.
  fileprivate mutating func score(
    row i: Int, _ loss: PointwiseLoss, target: borrowing Matrix, response: borrowing Matrix,
    along directionResponse: borrowing Matrix, step: Double
  ) -> RowScore {
    var scores = mutableRow(i)
    return loss.score(
      targets: target.row(i), activations: response.row(i), step: S(step),
      along: directionResponse.row(i), into: &scores)
  }

  /// `Σ h Sp²` at S = row i.
  fileprivate func curvature(
    row i: Int, _ loss: PointwiseLoss, target: borrowing Matrix,
    along directionResponse: borrowing Matrix
  ) -> Double {
    loss.curvature(
      targets: target.row(i), activations: row(i), along: directionResponse.row(i))
  }

  /// `row i ← row i of targets`, clamped to ±limit, 0 where missing.
  mutating func setClamped(row i: Int, _ targets: borrowing Matrix, limit: S) {
    var row = mutableRow(i)
    clamp(targets.row(i), to: limit, into: &row)
  }
}

/// Values clamped to ±limit, 0 for NaN.
@specialized(where S == Double)
@specialized(where S == Float)
private func clamp<S: Scalar>(_ values: Span<S>, to limit: S, into row: inout MutableSpan<S>) {
  for t in 0..<values.count {
    row[t] = values[t].isNaN ? 0 : max(-limit, min(limit, values[t]))
  }
}

internal import Kernels
internal import LinearAlgebra

// Losses and step lengths of one row: O(samples) work, no products.
extension Panel {
  /// Loss, scores and curvatures at the present S.
  @discardableResult
  mutating func rescore(_ i: Int) -> RowScore {
    let found = score.score(
      row: scoreRow(i), rows[i].pointwise, target: target, headroom: headroom, response: response,
      i,
      curvature: &curvature)
    rows[i].loss = found.loss
    return found
  }

  /// Scores at the present S as the published map takes them: those kept are scaled by
  /// T / kept.
  mutating func rescalePublished(_ i: Int) {
    let found = rescore(i)
    let kept = max(1, found.observed - found.beyond)
    score.scaleRow(scoreRow(i), by: S(Double(found.observed) / Double(kept)))
  }

  /// The step length t > 0 along p, with the scores at S + t Sp in place; 0 if none.
  ///
  /// The first trial is Newton's, with a curvature that clipped samples cannot make zero,
  /// or `longest` if that is less.
  /// It is taken if the slope there is above −½ of the present one and F does not rise;
  /// else the secant of the slopes gives the next. Slopes stay meaningful where
  /// differences of F are rounding.
  mutating func searchLine(_ i: Int, longest: Double = .infinity) -> Double {
    let row = rows[i]
    let newton = newtonLength(i)
    guard newton > 0 else { return 0 }
    let rounding = 64 * Double(S.ulpOfOne) * (abs(row.loss) + ridge * row.squaredNorm)
    var t = min(longest, newton)
    for _ in 0..<Self.trials {
      let trial = evaluate(i, at: t)
      let slope = trial.score.slope - ridge * (row.overlap + t * row.directionSquared)
      if slope >= -0.5 * row.slope, trial.rise <= rounding {
        rows[i].loss = trial.score.loss
        return t
      }
      let secant = slope < row.slope ? row.slope / (row.slope - slope) : 0.5
      t *= max(0.1, min(0.7, secant))
    }
    rescore(i)
    return 0
  }

  /// Whether F is less after a step along p; the scores at its end are left in place.
  mutating func descends(_ i: Int, by t: Double) -> Bool {
    evaluate(i, at: t).rise < 0
  }

  /// The scores at S + t Sp, which are left in place, and what F rises by from S to there.
  private mutating func evaluate(
    _ i: Int, at t: Double
  ) -> (score: RowScore, rise: Double) {
    let found = score.score(
      row: scoreRow(i), rows[i].pointwise, target: target, headroom: headroom, response: response,
      i,
      along: directionResponse, step: t, curvature: &curvature)
    let row = rows[i]
    return (
      found, found.loss - row.loss + ridge * t * (row.overlap + t / 2 * row.directionSquared)
    )
  }

  /// Lengths that are tried before a row stalls.
  private static var trials: Int { 20 }

  /// Newton's step length along p, 0 if p does not descend.
  func newtonLength(_ i: Int) -> Double {
    let curvature = rows[i].curvature + ridge * rows[i].directionSquared
    guard curvature > 0, rows[i].slope > 0 else { return 0 }
    return rows[i].slope / curvature
  }
}

// Rows of several matrices in one kernel call.
extension Matrix {
  /// `row k ← −φ'(S)` at row i of S, with its curvatures and Σφ.
  fileprivate mutating func score(
    row k: Int, _ loss: PointwiseLoss, target: borrowing Matrix, headroom: borrowing Matrix,
    response: borrowing Matrix, _ i: Int, curvature: inout Matrix
  ) -> RowScore {
    var scores = mutableRow(k)
    var curvatures = curvature.mutableRow(i)
    return loss.score(
      targets: target.row(i), headroom: headroom.row(i), activations: response.row(i),
      into: &scores, curvatures: &curvatures)
  }

  /// `row k ← −φ'(S + t Sp)` at row i, with its curvatures, Σφ and Σ −φ' Sp.
  fileprivate mutating func score(
    row k: Int, _ loss: PointwiseLoss, target: borrowing Matrix, headroom: borrowing Matrix,
    response: borrowing Matrix, _ i: Int, along directionResponse: borrowing Matrix,
    step: Double, curvature: inout Matrix
  ) -> RowScore {
    var scores = mutableRow(k)
    var curvatures = curvature.mutableRow(i)
    return loss.score(
      targets: target.row(i), headroom: headroom.row(i), activations: response.row(i),
      step: S(step), along: directionResponse.row(i), into: &scores, curvatures: &curvatures)
  }

  /// `row k ← row i of targets`, clamped to ±limit, 0 where missing.
  mutating func setClamped(row k: Int, _ targets: borrowing Matrix, _ i: Int, limit: S) {
    var row = mutableRow(k)
    clamp(targets.row(i), to: limit, into: &row)
  }
}

extension Matrix {
  /// Whether a number of a row lies beyond ±limit.
  func hasBeyond(_ limit: S, row i: Int) -> Bool {
    CORNN.hasBeyond(limit, in: row(i))
  }
}

@specialized(where S == Double)
@specialized(where S == Float)
private func hasBeyond<S: Scalar>(_ limit: S, in values: Span<S>) -> Bool {
  for t in 0..<values.count where abs(values[t]) > limit { return true }
  return false
}

/// Values clamped to ±limit, 0 for NaN.
@specialized(where S == Double)
@specialized(where S == Float)
private func clamp<S: Scalar>(_ values: Span<S>, to limit: S, into row: inout MutableSpan<S>) {
  for t in 0..<values.count {
    row[t] = values[t].isNaN ? 0 : max(-limit, min(limit, values[t]))
  }
}

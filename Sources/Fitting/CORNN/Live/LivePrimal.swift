internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// The primal form of a live fit: the weights themselves, with `P = (XᵀX + ridge I)⁻¹`.
///
/// A step is exact for the working responses that were kept when each transition came; the
/// projection `θ −= P e_i θ_i / P_ii` in the metric of the problem keeps own weights zero. A step
/// is 10 M² flops on every rank, and 8 M for each of its neurons.
final class LivePrimal: LiveForm {
  let window: SlidingWindow
  /// P, M × M, the same on every rank.
  var inverse: Matrix<Double>
  /// θ of this rank's neurons, rows × M.
  var coefficients: Matrix<Double>
  /// The working responses `s + E(s)` of this rank's neurons, rows × T.
  var responses: Matrix<Double>
  private var rival: LinearRival

  init(_ problem: LiveProblem) {
    window = SlidingWindow(problem)
    let rows = problem.local.count
    inverse = Matrix(rows: problem.regressors, columns: problem.regressors)
    for j in 0..<inverse.rows { inverse[j, j] = 1 / problem.ridge }
    coefficients = Matrix(rows: rows, columns: problem.regressors)
    responses = Matrix(rows: rows, columns: problem.window)
    rival = LinearRival(problem, unknowns: problem.regressors)
  }

  func features(
    of regressors: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] { regressors }

  func currents(of regressors: [Double], features: [Double]) -> [Double] {
    coefficients.times(regressors)
  }

  func increments(after features: [Double]) -> [Double] { rival.increments(after: features) }

  func step(
    _ transition: LiveTransition, group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    let leaving = window.leaving
    let currents = coefficients.times(transition.regressors)
    let kept = coefficients.times(leaving)
    let (scores, headroom) = problem.loss.scores(
      targets: transition.targets, currents: currents)
    let expected = rival.increments(after: transition.regressors)
    let past = rival.increments(after: leaving)
    let errors = LinearRival.errors(transition.increments, expected: expected)
    let gains = exchange(transition.regressors, for: leaving)
    for i in 0..<rival.coefficients.rows {
      rival.coefficients.add(errors[i], gains.coming, toRow: i)
      rival.coefficients.add(
        past[i] - window.increments[i, window.slot], gains.leaving, toRow: i)
    }
    for i in 0..<coefficients.rows {
      coefficients.add(scores[i], gains.coming, toRow: i)
      coefficients.add(kept[i] - responses[i, window.slot], gains.leaving, toRow: i)
      exclude(row: i)
      responses[i, window.slot] = currents[i] + scores[i]
    }
    window.replace(
      by: transition, headroom: headroom, increments: zip(expected, errors).map { $0 + $1 })
    window.advance()
    return currents
  }

  /// Takes one transition into P and another out of it, `A ← A + x xᵀ − o oᵀ`.
  ///
  /// - Returns: `P x` and `P o` with the new P, by which the errors of both count.
  private func exchange(
    _ x: [Double], for o: [Double]
  ) -> (coming: [Double], leaving: [Double]) {
    let px = inverse.times(x)
    let po = inverse.times(o)
    let (a, b, c) = (dot(x.span, px.span), dot(x.span, po.span), dot(o.span, po.span))
    // (C + [x o]ᵀ P [x o])⁻¹ with C = diag(1, −1): Woodbury's two by two.
    let determinant = (1 + a) * (c - 1) - b * b
    let k = (xx: (c - 1) / determinant, xo: -b / determinant, oo: (1 + a) / determinant)
    var fromX = px
    var fromO = po
    for j in px.indices {
      fromX[j] = k.xx * px[j] + k.xo * po[j]
      fromO[j] = k.xo * px[j] + k.oo * po[j]
    }
    for j in 0..<inverse.rows {
      inverse.add(-px[j], fromX, toRow: j)
      inverse.add(-po[j], fromO, toRow: j)
    }
    let coming = px.indices.map { px[$0] - a * fromX[$0] - b * fromO[$0] }
    let leaving = po.indices.map { po[$0] - b * fromX[$0] - c * fromO[$0] }
    return (coming, leaving)
  }

  /// Makes the own weight of a row zero in the metric of A.
  private func exclude(row i: Int) {
    guard !problem.selfConnections else { return }
    let own = problem.local.lowerBound + i
    coefficients.add(-coefficients[i, own] / inverse[own, own], inverse, own, toRow: i)
    coefficients[i, own] = 0
  }
}

extension LivePrimal {
  func refine(rows: [Int], iterations: Int, tolerance: Double) -> [RefinedRow] {
    let panel = solve(
      LivePrimalProducts(self), rows: rows, iterations: iterations, tolerance: tolerance)
    for i in 0..<panel.rows.count {
      let row = panel.rows[i].neuron
      coefficients.copyRow(row, from: panel.coefficients, i)
      responses.copyRow(row, from: panel.response, i)
      responses.add(1, panel.score, panel.scoreRow(i), toRow: row)
    }
    return panel.refinedRows
  }

  func weights(ofRow row: Int) -> [Double] { coefficients.numbers(ofRow: row) }

  func drift(along vector: (Int) -> Double) -> Double {
    let v = (0..<inverse.rows).map(vector)
    let samples = window.regressors.transposedTimes(v)
    let image = window.regressors.times(samples)
    let back = inverse.times(zip(image, v).map { $0 + problem.ridge * $1 })
    return relativeDistance(back, v)
  }

  func refactor() throws {
    var fresh = product(window.regressors, window.regressors, transposingB: true)
    for j in 0..<fresh.rows { fresh[j, j] += problem.ridge }
    inverse = try inverted(fresh, ridge: problem.ridge)
  }
  func restart() throws {
    try refactor()
    coefficients = Matrix(rows: coefficients.rows, columns: coefficients.columns)
    responses = Matrix(rows: responses.rows, columns: responses.columns)
    guard problem.hasRival, !problem.local.isEmpty else { return }
    let products = product(window.increments, window.regressors, transposingB: true)
    rival.coefficients = product(products, inverse)
  }
}

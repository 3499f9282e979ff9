internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// The primal form of a live fit: the weights themselves, with `P = A⁻¹`, `A = XᵀX + ridge I`.
///
/// A step is exact for the working responses that were kept when each transition came; the
/// projection `θ −= P e_i θ_i / P_ii` in the metric of the problem keeps own weights zero. A step
/// is 10 M² + 4 T M flops on every rank, and 8 M for each of its neurons; where nothing leaves,
/// 4 M².
final class LivePrimal: LiveForm {
  let window: SlidingWindow
  /// P, M × M, the same on every rank.
  var inverse: LiveInverse
  /// The ridge that P has: that of the window but for a window that has grown since.
  private var invertedRidge: Double
  /// θ of this rank's neurons, rows × M.
  var coefficients: Matrix<Double>
  /// The working responses `s + E(s)` of this rank's neurons, rows × T; none where nothing leaves.
  private var responses: Matrix<Double>
  private var rival: LinearRival
  /// A itself and what is forgotten of it; nil where transitions count alike.
  private var forgotten: Forgetting?

  init(_ problem: LiveProblem, threads: Int) {
    window = SlidingWindow(problem, threads: threads)
    let rows = problem.local.count
    inverse = LiveInverse(order: problem.regressors, ridge: window.ridge)
    invertedRidge = window.ridge
    coefficients = Matrix(rows: rows, columns: problem.regressors)
    responses = Matrix(rows: problem.memory == .sliding ? rows : 0, columns: problem.window)
    rival = LinearRival(problem, unknowns: problem.regressors)
    forgotten = Forgetting(problem)
  }

  func features(
    of regressors: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] { regressors }

  func currents(of regressors: [Double], features: [Double]) -> [Double] {
    coefficients.times(regressors, threads: window.threads)
  }

  func currents(ofBlock x: borrowing Matrix<Double>) -> Matrix<Double> { product(coefficients, x) }

  func pulledBack(_ forces: [Double]) -> [Double] { coefficients.transposedTimes(forces) }

  func increments(after features: [Double]) -> [Double] { rival.increments(after: features) }

  func step(
    _ transition: LiveTransition, group: borrowing some RankGroup & ~Copyable
  ) throws -> LiveExpectation {
    if problem.memory == .growing, window.isFull {
      window.grow()
      try refactor()
    }
    let currents = coefficients.times(transition.regressors)
    let (scores, headroom) = problem.loss.scores(
      targets: transition.targets, currents: currents)
    let expected = rival.increments(after: transition.regressors)
    let errors = LinearRival.errors(transition.increments, expected: expected)
    if problem.memory == .sliding, window.isFull {
      exchange(transition.regressors, scores: scores, increments: errors)
    } else {
      include(transition.regressors, scores: scores, increments: errors)
    }
    for i in 0..<coefficients.rows { exclude(row: i) }
    for i in 0..<responses.rows { responses[i, window.slot] = currents[i] + scores[i] }
    window.replace(
      by: transition, headroom: headroom, increments: zip(expected, errors).map { $0 + $1 })
    window.advance()
    return LiveExpectation(currents: currents, increments: expected)
  }

  /// A transition comes, and the oldest one leaves.
  private func exchange(_ x: [Double], scores: [Double], increments: [Double]) {
    let o = window.leaving
    let gains = inverse.exchange(x, for: o, in: window.regressors, ridge: window.ridge)
    let overlap = dot(gains.coming.span, o.span)
    let past = rival.increments(after: o)
    for i in 0..<rival.coefficients.rows {
      let late = past[i] + increments[i] * overlap - window.increments[i, window.slot]
      rival.coefficients.add(increments[i], gains.coming, toRow: i)
      rival.coefficients.add(late, gains.leaving, toRow: i)
    }
    let kept = coefficients.times(o)
    for i in 0..<coefficients.rows {
      let late = kept[i] + scores[i] * overlap - responses[i, window.slot]
      coefficients.add(scores[i], gains.coming, toRow: i)
      coefficients.add(late, gains.leaving, toRow: i)
    }
  }

  /// A transition comes, and none leaves but by being forgotten.
  private func include(_ x: [Double], scores: [Double], increments: [Double]) {
    let gain = inverse.include(x, decay: forgotten?.decay ?? 1)
    for i in 0..<rival.coefficients.rows { rival.coefficients.add(increments[i], gain, toRow: i) }
    for i in 0..<coefficients.rows { coefficients.add(scores[i], gain, toRow: i) }
    forgotten?.include(x)
    for raise in forgotten?.takeRaises() ?? [] {
      let gain = inverse.raise(raise.coordinate, by: raise.weight)
      for i in 0..<rival.coefficients.rows {
        rival.coefficients.add(-rival.coefficients[i, raise.coordinate], gain, toRow: i)
      }
      for i in 0..<coefficients.rows {
        coefficients.add(-coefficients[i, raise.coordinate], gain, toRow: i)
      }
    }
  }

  /// Makes the own weight of a row zero in the metric of A.
  private func exclude(row i: Int) {
    guard !problem.selfConnections else { return }
    let own = problem.local.lowerBound + i
    coefficients.add(
      -coefficients[i, own] / inverse.matrix[own, own], inverse.matrix, own, toRow: i)
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
      guard row < responses.rows else { continue }
      responses.copyRow(row, from: panel.response, i)
      responses.add(1, panel.score, panel.scoreRow(i), toRow: row)
    }
    return panel.refinedRows
  }

  func weights(ofRows rows: [Int]) -> Matrix<Double> { coefficients.selectedRows(rows) }

  func drift(along vector: (Int) -> Double) -> Double {
    let v = (0..<problem.regressors).map(vector)
    let image = forgotten?.image(of: v) ?? windowImage(of: v)
    return relativeDistance(inverse.matrix.times(image), v)
  }

  /// `(XᵀX + ridge I) v` with the ridge that P has.
  private func windowImage(of v: [Double]) -> [Double] {
    let image = window.regressors.times(window.regressors.transposedTimes(v))
    return v.indices.map { image[$0] + invertedRidge * v[$0] }
  }

  func refactor() throws {
    invertedRidge = window.ridge
    if let a = forgotten?.whole() {
      inverse = LiveInverse(try inverted(a, ridge: invertedRidge))
    } else {
      inverse = LiveInverse(try inverted(regularisedGram(), ridge: invertedRidge))
    }
  }

  func restart() throws {
    forgotten?.restart(with: regularisedGram())
    try refactor()
    coefficients = Matrix(rows: coefficients.rows, columns: coefficients.columns)
    responses = Matrix(rows: responses.rows, columns: responses.columns)
    guard problem.hasRival, !problem.local.isEmpty else { return }
    let products = product(window.increments, window.regressors, transposingB: true)
    rival.coefficients = product(products, inverse.matrix)
  }

  /// Goes on from what another one has solved.
  func take(over other: LivePrimal) {
    coefficients = other.coefficients.copy()
    inverse = LiveInverse(other.inverse.matrix.copy())
    rival.coefficients = other.rival.coefficients.copy()
    forgotten?.restart(with: other.regularisedGram())
  }

  /// `XᵀX + ridge I` of the window.
  private func regularisedGram() -> Matrix<Double> {
    var gram = product(window.regressors, window.regressors, transposingB: true)
    for j in 0..<gram.rows { gram[j, j] += window.ridge }
    return gram
  }
}

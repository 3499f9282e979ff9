import LinearAlgebra

/// An independent solver under sign constraints: an active-set method in the manner of
/// Lawson and Hanson, every face solved by `DenseNewton`.
///
/// It starts from no signed weight at all, frees the one with the largest wrong multiplier,
/// solves the face, and where a weight would change sign goes only as far as the first that
/// reaches zero. It ends at a point that satisfies the Karush–Kuhn–Tucker conditions, which
/// it measures.
struct DenseActiveSet {
  let weights: [Double]
  /// Largest violation of the conditions: gradient of free weights, wrong multipliers.
  let violation: Double

  init(
    x: [[Double]], d: [Double], ridge: Double, loss: PlainLoss, forbidden: Set<Int>,
    signs: [Int]
  ) throws {
    let signed = signs.indices.filter { signs[$0] != 0 && !forbidden.contains($0) }
    var held = Set(signed)
    var theta = try DenseNewton(
      x: x, d: d, ridge: ridge, loss: loss, forbidden: forbidden.union(held)
    ).weights
    var worst = Double.infinity
    for _ in 0..<(20 * max(1, signed.count)) {
      let gradient = Self.descent(theta, x, d, ridge, loss)
      let wrong = held.max {
        Double(signs[$0]) * gradient[$0] < Double(signs[$1]) * gradient[$1]
      }
      worst =
        theta.indices.filter { !held.contains($0) && !forbidden.contains($0) }
        .map { abs(gradient[$0]) }.max() ?? 0
      guard let wrong, Double(signs[wrong]) * gradient[wrong] > 1e-9 else { break }
      held.remove(wrong)
      while true {
        let goal = try DenseNewton(
          x: x, d: d, ridge: ridge, loss: loss, forbidden: forbidden.union(held)
        ).weights
        let crossing = signed.filter { !held.contains($0) && Double(signs[$0]) * goal[$0] < 0 }
        guard !crossing.isEmpty else {
          theta = goal
          break
        }
        let step = crossing.map { theta[$0] / (theta[$0] - goal[$0]) }.min() ?? 0
        for j in theta.indices { theta[j] += step * (goal[j] - theta[j]) }
        for j in crossing where Double(signs[j]) * theta[j] < 1e-13 {
          theta[j] = 0
          held.insert(j)
        }
      }
    }
    weights = theta
    violation = worst
  }

  /// Minus the gradient.
  static func descent(
    _ theta: [Double], _ x: [[Double]], _ d: [Double], _ ridge: Double, _ loss: PlainLoss
  ) -> [Double] {
    var result = theta.map { -ridge * $0 }
    for t in x.indices {
      let s = zip(x[t], theta).reduce(0) { $0 + $1.0 * $1.1 }
      let score = loss.score(s, d[t]).score
      for j in result.indices { result[j] += score * x[t][j] }
    }
    return result
  }
}

internal import Collectives
internal import Differentiation
internal import LinearAlgebra

extension SubspaceOptimizer where Group: ~Copyable {
  /// A solution of the subproblem: coefficients of the directions for one damping.
  struct Solution {
    var damping: Double
    var decrease: Double
    var coefficients: [Double]
  }

  /// Solves on one rank and tells the others; empty if there is no finite solution.
  mutating func solve(iteration: Int) throws -> [Solution] {
    let k = configuration.tangents
    let gradient = Array(sums[1..<(k + 1)])
    guard configuration.method != .forwardGradient else {
      let scaled = gradient.enumerated().map { index, value in
        let share = plan.share(of: globalNumber(index))
        return value * Double(share.numbers) / Double(share.directions)
      }
      return [Solution(damping: 0, decrease: 0, coefficients: scaled)]
    }
    let needsGram = configuration.orthonormal || configuration.method == .projectedGradient
    let gram = needsGram ? try gramMatrix(iteration: iteration) : Matrix<Double>.identity(k)
    let dampings = control.dampings
    var packed = [Double](repeating: .nan, count: dampings.count * (k + 2))
    if ranks.world.rank == 0 {
      let problem = Subproblem(
        matrix: configuration.method == .projectedGradient ? gram.copy() : matrix(k),
        gradient: gradient, gram: gram)
      let isProjection = configuration.method == .projectedGradient
      for (i, damping) in dampings.enumerated() {
        guard let solution = problem.solve(damping: isProjection ? 1e-12 : damping) else {
          continue
        }
        let first = i * (k + 2)
        packed[first] = isProjection ? damping : solution.damping
        packed[first + 1] = problem.predictedDecrease(
          solution.coefficients, learningRate: configuration.learningRate)
        for j in 0..<k { packed[first + 2 + j] = solution.coefficients[j] }
      }
    }
    try ranks.world.broadcast(&packed)
    return dampings.indices.compactMap { i in
      let first = i * (k + 2)
      guard packed[first].isFinite else { return nil }
      return Solution(
        damping: packed[first], decrease: packed[first + 1],
        coefficients: Array(packed[(first + 2)..<(first + 2 + k)]))
    }
  }

  private func matrix(_ k: Int) -> Matrix<Double> {
    var result = Matrix<Double>(rows: k, columns: k)
    var entries = result.mutableElements
    for i in 0..<(k * k) { entries[i] = sums[1 + k + i] }
    return result
  }

  /// The global number of the direction in a row of the sketch.
  private func globalNumber(_ row: Int) -> Int {
    let range = partition.range(of: partition.owner(of: row))
    return plan.blocks(of: range).identifiers[row - range.lowerBound]
  }
}

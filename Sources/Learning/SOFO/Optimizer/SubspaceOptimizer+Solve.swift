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
        let share = plan.share(of: order[index])
        return value * Double(share.numbers) / Double(share.directions)
      }
      return [Solution(damping: 0, decrease: 0, coefficients: scaled)]
    }
    let needsGram = configuration.orthonormal || configuration.method == .projectedGradient
    let gram = needsGram ? try gramMatrix(iteration: iteration) : Matrix<Double>.identity(k)
    let dampings = control.dampings
    var packed = [Double](repeating: .nan, count: dampings.count * (k + 2))
    if ranks.world.rank == 0 {
      // In the order of the directions' numbers, so that a step is the same on every grid: the
      // power iteration for s_max starts from a vector whose entries differ.
      let orderedGram = ordered { gram[$0, $1] }
      var orderedGradient = gradient
      for (row, number) in order.enumerated() { orderedGradient[number] = gradient[row] }
      let problem = Subproblem(
        matrix: configuration.method == .projectedGradient
          ? orderedGram.copy() : ordered { sums[1 + k + $0 * k + $1] },
        gradient: orderedGradient, gram: orderedGram)
      let isProjection = configuration.method == .projectedGradient
      for (i, damping) in dampings.enumerated() {
        guard let solution = problem.solve(damping: isProjection ? 1e-12 : damping) else {
          continue
        }
        let first = i * (k + 2)
        packed[first] = isProjection ? damping : solution.damping
        packed[first + 1] = problem.predictedDecrease(
          solution.coefficients, learningRate: configuration.learningRate * control.rateFactor)
        for (row, number) in order.enumerated() {
          packed[first + 2 + row] = solution.coefficients[number]
        }
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

  /// A matrix over the sketch's rows and columns, brought to the order of the directions.
  private func ordered(_ entry: (Int, Int) -> Double) -> Matrix<Double> {
    var result = Matrix<Double>(rows: order.count, columns: order.count)
    for (i, row) in order.enumerated() {
      for (j, column) in order.enumerated() { result[row, column] = entry(i, j) }
    }
    return result
  }
}

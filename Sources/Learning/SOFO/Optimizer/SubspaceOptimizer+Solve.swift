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

  /// Solves for the dampings of the rule, each on one rank (collective); empty if there is no finite
  /// solution.
  mutating func solve(iteration: Int) throws -> [Solution] {
    let k = configuration.tangents
    // A step is the same on every grid: the power iteration for s_max starts from a vector whose
    // entries differ, so the problem is in the order of the directions' numbers.
    var gradient = [Double](repeating: 0, count: k)
    for (row, number) in order.enumerated() { gradient[number] = sums[1 + row] }
    guard configuration.method != .forwardGradient else {
      let scaled = gradient.enumerated().map { number, value in
        let share = plan.share(of: number)
        return value * Double(share.numbers) / Double(share.directions)
      }
      return [Solution(damping: 0, decrease: 0, coefficients: order.map { scaled[$0] })]
    }
    let problem = try subproblem(gradient: gradient, iteration: iteration)
    let dampings = control.dampings
    let length = k + 2
    var packed = [Double](repeating: 0, count: dampings.count * length)
    for i in stride(from: ranks.world.rank, to: dampings.count, by: ranks.world.size) {
      let isProjection = configuration.method == .projectedGradient
      let solution = problem.solve(damping: isProjection ? 1e-12 : dampings[i])
      packed[i * length] = solution.map { isProjection ? dampings[i] : $0.damping } ?? .nan
      guard let solution else { continue }
      packed[i * length + 1] = problem.predictedDecrease(
        solution.coefficients, learningRate: configuration.learningRate * control.rateFactor)
      for (row, number) in order.enumerated() {
        packed[i * length + 2 + row] = solution.coefficients[number]
      }
    }
    try ranks.world.sum(&packed)
    return dampings.indices.compactMap { i in
      let first = i * length
      guard packed[first].isFinite else { return nil }
      return Solution(
        damping: packed[first], decrease: packed[first + 1],
        coefficients: Array(packed[(first + 2)..<(first + length)]))
    }
  }

  /// The problem of this iteration's sketch (collective).
  private mutating func subproblem(gradient: [Double], iteration: Int) throws -> Subproblem {
    let isProjection = configuration.method == .projectedGradient
    guard isProjection || configuration.orthonormal else {
      return Subproblem(matrix: ordered(sums.span, from: 1 + gradient.count), gradient: gradient)
    }
    let gram = try gramMatrix(iteration: iteration)
    let matrix =
      isProjection
      ? ordered(gram.elements, from: 0) : ordered(sums.span, from: 1 + gradient.count)
    return Subproblem(
      matrix: matrix, gradient: gradient, gram: ordered(gram.elements, from: 0))
  }

  /// A K×K matrix over the sketch's rows and columns, brought to the order of the directions.
  private func ordered(_ entries: Span<Double>, from first: Int) -> Matrix<Double> {
    let k = order.count
    var result = Matrix<Double>(rows: k, columns: k)
    var ordered = result.mutableElements
    for i in 0..<k {
      let row = order[i] * k
      for j in 0..<k { ordered[row + order[j]] = entries[first + i * k + j] }
    }
    return result
  }
}

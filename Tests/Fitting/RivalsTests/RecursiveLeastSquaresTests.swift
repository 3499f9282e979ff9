import Collectives
import LinearAlgebra
import RandomNumbers
import TestSupport
import Testing

@testable import Rivals

/// After one pass the weights are those of a ridge regression that is solved at once.
@Suite struct RecursiveLeastSquaresTests {
  private let neurons = 6
  private let samples = 25
  private let strength = 0.3

  @Test(arguments: [false, true]) func onePassIsTheRidgeSolution(excludesSelf: Bool) throws {
    let x = random(neurons + 2, samples, stream: 1)
    let targets = random(neurons, samples, stream: 2)
    let found = try learnt(x, targets, excludesSelf: excludesSelf, start: 0)
    for i in 0..<neurons {
      let expected = try ridge(
        x, targets, neuron: i, leavingOut: excludesSelf ? i : nil, start: 0)
      let own = (0..<x.rows).map { found[i, $0] }
      #expect(relativeError(own, expected) < 1e-10, "neuron \(i)")
    }
  }

  /// The penalty is on the distance from where the weights began.
  @Test func aStartIsWhatThePenaltyPullsTo() throws {
    let x = random(neurons + 2, samples, stream: 3)
    let targets = random(neurons, samples, stream: 4)
    let found = try learnt(x, targets, excludesSelf: true, start: 0.5)
    for i in 0..<neurons {
      let expected = try ridge(x, targets, neuron: i, leavingOut: i, start: 0.5)
      let own = (0..<x.rows).map { found[i, $0] }
      #expect(relativeError(own, expected) < 1e-10, "neuron \(i)")
    }
  }

  /// From there on it is as if the samples before had not been.
  @Test func aSampleThatIsNotFiniteBeginsAnew() throws {
    let layout = RecursiveLeastSquares.Layout(
      local: 0..<2, neurons: 2, regressors: 2, counts: [2], excludesSelf: false, learning: [0, 1])
    var learner = RecursiveLeastSquares(
      weights: Matrix(rows: 2, columns: 2), strength: 1, layout: layout)
    try learner.learn([0, 0], at: [0.5, 0.25], group: SingleRank())
    try learner.learn([0, 0], at: [1, .infinity], group: SingleRank())
    try learner.learn([1, -2], at: [0.5, 0], group: SingleRank())
    // k = x / strength, c = 1 / (1 + 0.25).
    #expect(learner.weights[0, 0] == -0.4)
    #expect(learner.weights[1, 0] == 0.8)
    #expect(learner.weights[0, 1] == 0)
  }

  /// All samples in one pass; the weights start from one number, but for the own ones.
  private func learnt(
    _ x: borrowing Matrix<Double>, _ targets: borrowing Matrix<Double>, excludesSelf: Bool,
    start: Double
  ) throws -> Matrix<Double> {
    var weights = Matrix<Double>(rows: neurons, columns: x.rows)
    for i in 0..<neurons {
      for j in 0..<x.rows where !(excludesSelf && i == j) { weights[i, j] = start }
    }
    var learner = RecursiveLeastSquares(
      weights: weights, strength: strength,
      layout: .init(
        local: 0..<neurons, neurons: neurons, regressors: x.rows, counts: [neurons],
        excludesSelf: excludesSelf, learning: Array(0..<neurons)))
    for t in 0..<samples {
      let sample = (0..<x.rows).map { x[$0, t] }
      let errors = learner.currents(of: sample).enumerated().map { $1 - targets[$0, t] }
      try learner.learn(errors, at: sample, group: SingleRank())
    }
    return learner.weights.copy()
  }

  /// `w = start + (X Xᵀ + strength I)⁻¹ X (z − Xᵀ start)` without the row of X that is left out.
  private func ridge(
    _ x: borrowing Matrix<Double>, _ targets: borrowing Matrix<Double>, neuron: Int,
    leavingOut left: Int?, start: Double
  ) throws -> [Double] {
    let kept = (0..<x.rows).filter { $0 != left }
    var gram = Matrix<Double>(rows: kept.count, columns: kept.count)
    var moments = Matrix<Double>(rows: kept.count, columns: 1)
    for t in 0..<samples {
      let now = kept.map { x[$0, t] }
      let rest = targets[neuron, t] - start * now.reduce(0, +)
      for (a, xa) in now.enumerated() {
        moments[a, 0] += xa * rest
        for (b, xb) in now.enumerated() { gram[a, b] += xa * xb }
      }
    }
    for a in kept.indices { gram[a, a] += strength }
    let factor = try Cholesky(gram)
    var solution = moments.mutableView
    factor.solve(&solution)
    var result = [Double](repeating: 0, count: x.rows)
    for (a, j) in kept.enumerated() { result[j] = start + solution[a, 0] }
    return result
  }

  private func random(_ rows: Int, _ columns: Int, stream: Int) -> Matrix<Double> {
    var result = Matrix<Double>(rows: rows, columns: columns)
    var entries = result.mutableElements
    RandomStream(seed: 7, purpose: .events, k: stream).fillNormal(&entries)
    return result
  }
}

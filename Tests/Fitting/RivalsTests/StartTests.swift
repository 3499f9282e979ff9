import Collectives
import Foundation
import LinearAlgebra
import Rivals
import TestSupport
import Testing

@Suite struct StartTests {
  /// The ridge solution with a neuron's own column deleted, by a dense factor of its own.
  @Test func ridgeLeavesOwnWeightOut() throws {
    let sample = try RivalSample(neurons: 6, frames: 60)
    let plain = PlainProblem(sample)
    let problem = try sample.problem()
    let weights = try MethodStart.ridge(margin: 1e-3).weights(of: problem, group: SingleRank())
    let limit = 1 - 1e-3
    for neuron in 0..<6 {
      let columns = (0..<7).filter { $0 != neuron }
      var a = Matrix<Double>(rows: 6, columns: 6)
      var b = Matrix<Double>(rows: 6, columns: 1)
      for (i, p) in columns.enumerated() {
        for (j, q) in columns.enumerated() {
          a[i, j] = plain.x.reduce(0) { $0 + $1[p] * $1[q] } + (i == j ? plain.ridge : 0)
        }
        for t in plain.x.indices {
          b[i, 0] += plain.x[t][p] * atanh(max(-limit, min(limit, plain.d[neuron][t])))
        }
      }
      let factor = try Cholesky(a)
      var view = b.mutableView
      factor.solve(&view)
      #expect(weights[neuron, neuron] == 0)
      let expected = (0..<6).map { b[$0, 0] }
      #expect(relativeError(columns.map { weights[neuron, $0] }, expected) < 1e-9)
    }
  }

  /// Random weights are those of the neuron's number, wherever the neuron lives.
  @Test func randomFollowsTheNeuron() throws {
    let sample = try RivalSample(neurons: 8, frames: 40)
    let start = MethodStart.random(scale: 2, seed: 5)
    let whole = try start.weights(of: sample.problem(), group: SingleRank())
    let part = try start.weights(of: sample.problem(local: 3..<7), group: SingleRank())
    for i in 0..<4 { #expect(row(part, i) == row(whole, 3 + i)) }
    let other = try MethodStart.random(scale: 2, seed: 6)
      .weights(of: sample.problem(), group: SingleRank())
    #expect(row(other, 0) != row(whole, 0))
    #expect((0..<8).allSatisfy { whole[$0, $0] == 0 && whole[$0, 8] == 0 })
    // 56 numbers of variance 4 / 8.
    let squares = (0..<8).reduce(0.0) { $0 + row(whole, $1).reduce(0) { $0 + $1 * $1 } }
    #expect(abs(squares / 56 - 0.5) < 0.3)
  }
}

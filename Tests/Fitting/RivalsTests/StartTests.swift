import Collectives
import Foundation
import LinearAlgebra
import Rivals
import TestSupport
import Testing

@Suite struct StartTests {
  /// The ridge solution with a neuron's own column deleted, by a dense factor of its own: of
  /// clamped currents or of all as they are, whichever has the lower objective.
  @Test func ridgeLeavesOwnWeightOut() throws {
    let sample = try RivalSample(neurons: 6, frames: 60)
    let plain = PlainProblem(sample)
    let problem = try sample.problem()
    let weights = try MethodStart.ridge(margin: 1e-3).weights(of: problem, group: SingleRank())
    for neuron in 0..<6 {
      let candidates = try [1 - 1e-3, 1].map { try ridge(neuron, plain, limit: $0) }
      let best = candidates.min {
        plain.objective(neuron, $0) < plain.objective(neuron, $1)
      }
      #expect(weights[neuron, neuron] == 0)
      #expect(relativeError(row(weights, neuron), try #require(best)) < 1e-9)
    }
  }

  private func ridge(_ neuron: Int, _ plain: PlainProblem, limit: Double) throws -> [Double] {
    let columns = plain.x[0].indices.filter { $0 != neuron }
    var a = Matrix<Double>(rows: columns.count, columns: columns.count)
    var b = Matrix<Double>(rows: columns.count, columns: 1)
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
    var result = [Double](repeating: 0, count: plain.x[0].count)
    for (i, column) in columns.enumerated() { result[column] = b[i, 0] }
    return result
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

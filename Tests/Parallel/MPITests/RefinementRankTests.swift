import CORNN
import Collectives
import Kernels
import LinearAlgebra
import MPI
import RandomNumbers
import Runtime
import TestSupport
import Testing

@testable import Rivals

extension RankTests {
  /// A refinement on all ranks against one rank alone.
  @Suite struct RefinementRankTests {
    private let neurons = 5
    private let frames = 140

    @Test func refinementIsThatOfOneRank() throws {
      let world = try testWorld()
      let local = Partition(of: neurons, among: world.size).range(of: world.rank)
      let together = try refined(local, group: world)
      let alone = try refined(0..<neurons, group: SingleRank())
      let same = together.iterations == alone.iterations && alone.iterations > 0
      try expectEverywhere(same, on: world, "\(together.iterations), \(alone.iterations)")
      let difference = relativeError(
        together.rows.flatMap { $0 }, alone.rows[local].flatMap { $0 })
      try expectEverywhere(difference < 1e-6, on: world, "differs by \(difference)")
    }

    /// The rows of the weights with their leaks.
    private func refined(
      _ local: Range<Int>, group: borrowing some RankGroup & ~Copyable
    ) throws -> (rows: [[Double]], iterations: Int) {
      var rates = Matrix<Double>(rows: neurons, columns: frames)
      for i in 0..<neurons {
        let stream = RandomStream(seed: 3, purpose: .events, k: i)
        for t in 1..<frames { rates[i, t] = 0.97 * rates[i, t - 1] + 0.05 * stream.normal(at: t) }
      }
      let recording = PreparedRecording(
        rates: rates.view.rows(local).copy(), local: local, neurons: neurons,
        inputs: Matrix(rows: 0, columns: frames), trialStarts: [75], holdout: 0)
      let problem = try FitProblem(recording, bias: true, group: group, phases: Phases())
      let leaks = [Double](repeating: 0.7, count: local.count)
      let recipe = FitRecipe(
        loss: .crossEntropy, leaks: leaks,
        configuration: Configuration(
          lambda: 1e-2, selfConnections: false, bias: true, form: .auto, usesFeatures: false,
          tolerance: 1e-8, iterations: 200), constraints: Constraints())
      let whole = Array(0..<problem.transitions.count)
      let start = try problem.weights(
        without: Fold(training: whole, validation: whole), recipe, group: group, threads: 1,
        phases: Phases())
      var refinement = Refinement()
      refinement.horizon = 6
      refinement.iterations = 25
      refinement.learningRate = 1e-2
      let found = try refinement.refine(
        RefinedNetwork(weights: start.matrix.copy(), leaks: leaks), of: problem, recipe,
        group: group, threads: 1)
      let rows = found.network.leaks.enumerated().map { i, leak in
        (0..<found.network.weights.columns).map { found.network.weights[i, $0] } + [leak]
      }
      return (rows, found.iterations)
    }
  }
}

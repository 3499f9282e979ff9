import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import MPI

extension RankTests {
  /// A search by free runs over several ranks, against that of one rank alone.
  @Suite struct HorizonRankTests {
    private static let neurons = 5

    @Test(arguments: [Configuration.Form.primal, .dual])
    func theChoiceIsThatOfOneRank(form: Configuration.Form) throws {
      let world = try testWorld()
      let local = Partition(of: Self.neurons, among: world.size).range(of: world.rank)
      let together = try select(local, form, group: world)
      let alone = try select(0..<Self.neurons, form, group: SingleRank())
      try expectEverywhere(
        together.place == alone.place && together.leaks == Array(alone.leaks[local]), on: world,
        "candidate \(together.place), alone \(alone.place)")
      // Leaks far too small make targets so large that rounding ends their iterations early.
      let least = alone.candidates.map(\.oneStep).min() ?? .nan
      let near = alone.candidates.indices.filter { alone.candidates[$0].oneStep < 1.1 * least }
      func errors(_ found: HorizonSelection) -> [Double] {
        near.map { found.candidates[$0] }.flatMap { [$0.freeRun, $0.oneStep, $0.atHorizon] }
      }
      let difference = relativeError(errors(together), errors(alone))
      try expectEverywhere(difference < 1e-6, on: world, "errors differ by \(difference)")
    }

    private func select(
      _ local: Range<Int>, _ form: Configuration.Form, group: borrowing some RankGroup & ~Copyable
    ) throws -> HorizonSelection {
      let rates = Matrix<Double>(filledBy: Self.neurons, 120)
      let recording = PreparedRecording(
        rates: rates.view.rows(local).copy(), local: local, neurons: Self.neurons,
        inputs: Matrix<Double>(filledBy: 1, 120), trialStarts: [50], holdout: 0.1)
      let problem = try FitProblem(recording, bias: true, group: group, phases: Phases())
      var configuration = Configuration()
      configuration.form = form
      configuration.targetRange = .unclipped
      var horizon = HorizonGrid()
      horizon.horizon = 4
      horizon.round = SearchRound(neurons: .max, iterations: 500, tolerance: 1e-8)
      let own = [0.5, 0.2, 0.5, 1, 0.35]
      return try problem.select(
        from: HorizonStart(
          common: 0.5, leaks: Array(own[local]), isGiven: false, lambdas: [1, 0.1]),
        horizon: horizon, grid: SelectionGrid(), loss: .crossEntropy,
        configuration: configuration, group: group, threads: 1, phases: Phases())
    }
  }
}

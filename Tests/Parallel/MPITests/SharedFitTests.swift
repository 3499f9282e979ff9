import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import MPI

extension RankTests {
  /// A fit whose factor the ranks share, against the fit of one rank alone.
  @Suite struct SharedFitTests {
    @Test(arguments: [
      (Configuration.Form.dual, 50, 100), (.primal, 70, 150),
    ]) func weightsAreThoseOfOneRank(form: Configuration.Form, neurons: Int, frames: Int) throws {
      var world = try testWorld()
      world.leastShare = 1
      let rates = simulated(neurons: neurons, frames: frames)
      let local = Partition(of: neurons, among: world.size).range(of: world.rank)
      let together = try weights(rates, local, form, group: world)
      let alone = try weights(rates, 0..<neurons, form, group: SingleRank())
      let difference = relativeError(
        together.flatMap { $0 }, alone[local].flatMap { $0 })
      try expectEverywhere(difference < 1e-6, on: world, "\(form): differs by \(difference)")
    }

    /// Neurons of several ranks that share a mask, in features of what it allows, against exact
    /// projections on one rank.
    @Test(arguments: [Configuration.Form.dual, .primal], [false, true])
    func masksAreSharedByRanks(form: Configuration.Form, excludesSelf: Bool) throws {
      let world = try testWorld()
      let neurons = 50
      let rates = simulated(neurons: neurons, frames: 120)
      let local = Partition(of: neurons, among: world.size).range(of: world.rank)
      // Two masks that neurons of all ranks have, and one neuron with another.
      let rows = (0..<neurons).map { i in
        var set = ForbiddenSet(neurons: neurons)
        for j in 0..<neurons where i == 7 ? j % 5 == 1 : (i + j) % 2 == 0 { set.insert(j) }
        return set
      }
      var configuration = Configuration()
      configuration.form = form
      configuration.selfConnections = !excludesSelf
      configuration.tolerance = 1e-5
      configuration.usesFeatures = true
      let together = try weights(
        rates, local, configuration, mask: StructuralMask(forbidden: Array(rows[local])),
        group: world)
      configuration.usesFeatures = false
      configuration.tolerance = 1e-9
      let alone = try weights(
        rates, 0..<neurons, configuration, mask: StructuralMask(forbidden: rows),
        group: SingleRank())
      let difference = relativeError(
        together.flatMap { $0 }, alone[local].flatMap { $0 })
      try expectEverywhere(
        local.isEmpty || difference < 1e-3, on: world, "\(form): differs by \(difference)")
    }

    /// Weights and currents by float32 products that ranks share, against those in float64; of more
    /// ranks than neurons too.
    @Test(arguments: [50, 2])
    func narrowProductsAreSharedByRanks(neurons: Int) throws {
      let world = try testWorld()
      let local = Partition(of: neurons, among: world.size).range(of: world.rank)
      let rates = simulated(neurons: neurons, frames: 120)
      var configuration = Configuration()
      configuration.form = .dual
      configuration.usesFeatures = true
      let problem = try FitProblem(
        PreparedRecording(
          rates: rates.view.rows(local).copy(), local: local, neurons: neurons,
          inputs: Matrix(rows: 0, columns: rates.columns), trialStarts: [], holdout: 0.2),
        bias: true, group: world, phases: Phases())
      let fit = try problem.fit(
        loss: .crossEntropy, alpha: [Double](repeating: 0.2, count: local.count),
        configuration: configuration, group: world, threads: 1, phases: Phases())
      func entries<S: Scalar>(_ matrix: borrowing Matrix<S>) -> [Double] {
        (0..<matrix.rows).flatMap { i in (0..<matrix.columns).map { Double(matrix[i, $0]) } }
      }
      var found = Matrix<Float>(rows: 0, columns: 0)
      for block in 0..<fit.blocks {
        fit.setRoundedWeights(ofBlock: block, in: &found)
        let expected = entries(fit.weights(ofBlock: block, from: 0..<neurons))
        #expect(relativeError(entries(found), expected) < 1e-5)
      }
      let own = rates.view.block(rows: local, columns: 20..<25).copy()
      let inputs = Matrix<Double>(rows: 0, columns: 5)
      let exact = try fit.currents(at: own, inputs: inputs, group: world)
      let products = try fit.narrowCurrents(triedAt: own, inputs: inputs, group: world)
      try expectEverywhere(products != nil, on: world, "no factors in float32")
      guard let products else { return }
      let narrow = try fit.currents(at: own, inputs: inputs, by: products, group: world)
      let difference = relativeError(entries(narrow), entries(exact))
      try expectEverywhere(difference < 1e-5, on: world, "currents differ by \(difference)")
    }

    private func weights(
      _ rates: borrowing Matrix<Double>, _ local: Range<Int>, _ form: Configuration.Form,
      group: borrowing some RankGroup & ~Copyable
    ) throws -> [[Double]] {
      var configuration = Configuration()
      configuration.form = form
      configuration.tolerance = 1e-9
      return try weights(rates, local, configuration, mask: nil, group: group)
    }

    private func weights(
      _ rates: borrowing Matrix<Double>, _ local: Range<Int>, _ configuration: Configuration,
      mask: StructuralMask?, group: borrowing some RankGroup & ~Copyable
    ) throws -> [[Double]] {
      let recording = PreparedRecording(
        rates: rates.view.rows(local).copy(), local: local, neurons: rates.rows,
        inputs: Matrix(rows: 0, columns: rates.columns), trialStarts: [], holdout: 0.2)
      let problem = try FitProblem(recording, bias: true, group: group, phases: Phases())
      let fit = try problem.fit(
        loss: .crossEntropy, alpha: [Double](repeating: 0.2, count: local.count),
        configuration: configuration, constraints: Constraints(mask: mask), group: group,
        threads: 1, phases: Phases())
      return (0..<fit.blocks).flatMap { block in
        let weights = fit.weights(ofBlock: block)
        return (0..<weights.rows).map { i in
          (0..<weights.columns).map { weights[i, $0] }
        }
      }
    }

    /// A random network that is driven by its own unrest, the same on every rank.
    private func simulated(neurons: Int, frames: Int) -> Matrix<Double> {
      let coupling = Matrix<Double>(filledBy: neurons, neurons)
      let noise = Matrix<Double>(filledBy: frames, neurons)
      var rates = Matrix<Double>(rows: neurons, columns: frames)
      var now = Matrix<Double>(rows: neurons, columns: 1)
      for t in 1..<frames {
        let drive = product(coupling, now)
        for i in 0..<neurons {
          let x = 6 * drive[i, 0] / Double(neurons).squareRoot() + 0.2 * noise[t, i]
          now[i, 0] = 0.8 * now[i, 0] + 0.2 * x / (1 + x * x).squareRoot()
          rates[i, t] = now[i, 0]
        }
      }
      return rates
    }
  }
}

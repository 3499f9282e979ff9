import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import RandomNumbers
import Runtime
import TestSupport
import Testing

@testable import MPI

extension RankTests {
  /// Nulls with and without components over several ranks, against those of one rank alone.
  @Suite struct NullRankTests {
    private static let neurons = 12
    private static let nulls = 20

    @Test(arguments: Configuration.Form.allCases)
    func numbersAreThoseOfOneRank(form: Configuration.Form) throws {
      let world = try testWorld()
      let (together, alone) = try bothWays(form, usesFeatures: false, world)
      let difference = relativeError(together.p + together.weights, alone.p + alone.weights)
      try expectEverywhere(difference < 1e-6, on: world, "\(form): differ by \(difference)")
    }

    /// Where products are rounded to 16 bits a weight moves within the tolerance at which nulls stop,
    /// and its p value by few ranks.
    @Test(arguments: Configuration.Form.allCases)
    func roundedProductsAgree(form: Configuration.Form) throws {
      let world = try testWorld()
      let (together, alone) = try bothWays(form, usesFeatures: true, world)
      let moved = zip(together.p, alone.p).count { abs($0 - $1) > 2.5 / Double(Self.nulls + 1) }
      var (error, size) = (0.0, 0.0)
      for (own, other) in zip(together.weights, alone.weights) {
        error += pow(own - other, 2)
        size += pow(other, 2)
      }
      let difference = (error / max(size, .leastNormalMagnitude)).squareRoot()
      try expectEverywhere(
        difference < 0.03 && moved <= together.p.count / 50, on: world,
        "\(form): weights differ by \(difference), \(moved) of \(together.p.count) p values")
    }

    /// The numbers of this rank's neurons, by all ranks and by one.
    private func bothWays(
      _ form: Configuration.Form, usesFeatures: Bool, _ world: borrowing Communicator
    ) throws -> (together: Numbers, alone: Numbers) {
      let local = Partition(of: Self.neurons, among: world.size).range(of: world.rank)
      let together = try found(local, form, usesFeatures, group: world)
      let alone = try found(0..<Self.neurons, form, usesFeatures, group: SingleRank())
      return (Numbers(of: together, 0..<local.count), Numbers(of: alone, local))
    }

    /// Of some neurons the p values and false discovery rates of both tests, and their weights; then
    /// the p values of all pairs of regions.
    private struct Numbers {
      var p: [Double] = []
      var weights: [Double] = []

      init(of found: WeightNulls, _ neurons: Range<Int>) {
        for i in neurons {
          let q = found.values.q(i)
          for j in q.indices where !q[j].isNaN {
            p += [found.values.p[i, j], found.values.pooled[i, j], q[j]].map(Double.init)
            weights += found.tests.map { Double($0.weights[i, j]) }
          }
        }
        p += found.pairs?.p ?? []
      }
    }

    private func found(
      _ local: Range<Int>, _ form: Configuration.Form, _ usesFeatures: Bool,
      group: borrowing some RankGroup & ~Copyable
    ) throws -> WeightNulls {
      let rates = driven(frames: 150)
      let recording = PreparedRecording(
        rates: rates.view.rows(local).copy(), local: local, neurons: Self.neurons,
        inputs: Matrix(rows: 0, columns: rates.columns), trialStarts: [], holdout: 0)
      let problem = try FitProblem(recording, bias: true, group: group, phases: Phases())
      var configuration = Configuration(
        lambda: 0.03, selfConnections: false, bias: true, form: form, usesFeatures: usesFeatures,
        tolerance: 1e-4, iterations: 200)
      configuration.targetRange = .unclipped
      let recipe = FitRecipe(
        loss: .crossEntropy, leaks: [Double](repeating: 0.5, count: local.count),
        configuration: configuration, constraints: Constraints())
      var settings = NullSettings()
      settings.count = Self.nulls
      settings.components = [0, 2]
      return try problem.nulls(
        recipe, settings,
        components: try problem.populationComponents(seed: 1, group: group),
        regions: (0..<Self.neurons).map { "\($0 % 3)" }, threads: 1, group: group)
    }

    /// Neurons without connections under a drive, the same on every rank.
    private func driven(frames: Int) -> Matrix<Double> {
      var rates = Matrix<Double>(rows: Self.neurons, columns: frames)
      var drive = 0.0
      let shared = RandomStream(seed: 1, purpose: .inputs)
      for t in 0..<frames {
        drive = 0.9 * drive + 0.4 * shared.normal(at: t)
        for i in 0..<Self.neurons {
          let own = RandomStream(seed: 1, purpose: .outputNoise, k: i).normal(at: t)
          rates[i, t] = tanh(0.3 * (own + Double(i % 4 - 1) * drive))
        }
      }
      return rates
    }
  }
}

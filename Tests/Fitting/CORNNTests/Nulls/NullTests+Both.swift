import CORNN
import Collectives
import Foundation
import LinearAlgebra
import RandomNumbers
import Testing

// Nulls with and without components together.
extension NullTests {
  /// They are what each says alone, the larger p value of both: of weights and of pairs of regions.
  @Test func largerOfBoth() throws {
    let problem = try problem(rates(12, 150, drives: 1))
    let components = try problem.populationComponents(seed: 1, group: SingleRank())
    var forbidden = (0..<12).map { _ in ForbiddenSet(neurons: 12) }
    forbidden[4].insert(7)
    let recipe = recipe(
      12, lambda: 0.3, constraints: Constraints(mask: StructuralMask(forbidden: forbidden)))
    func found(_ counts: [Int]) throws -> WeightNulls {
      var settings = NullSettings()
      settings.count = 20
      settings.components = counts
      return try problem.nulls(
        recipe, settings, components: components, regions: (0..<12).map { "\($0 % 3)" }, threads: 2,
        group: SingleRank())
    }
    let (both, without, with) = (try found([0, 2]), try found([0]), try found([2]))
    #expect(both.tests.map(\.components) == [0, 2])
    #expect(both.values.p[4, 7].isNaN && both.values.pooled[4, 7].isNaN)
    var pooled: [Float] = []
    var decided = [0, 0]
    for i in 0..<12 {
      for j in 0..<12 where i != j && (i, j) != (4, 7) {
        #expect(both.values.p[i, j] == max(without.values.p[i, j], with.values.p[i, j]))
        let larger = max(without.values.pooled[i, j], with.values.pooled[i, j])
        #expect(both.values.pooled[i, j] == larger)
        decided[without.values.p[i, j] > with.values.p[i, j] ? 0 : 1] += 1
        pooled.append(larger)
      }
    }
    #expect(decided.allSatisfy { $0 > 10 }, "neither test decides everywhere: \(decided)")
    // Benjamini and Hochberg by their definition: the least of m p' / #{p <= p'} over p' >= p.
    for i in [0, 7] {
      for (j, q) in both.values.q(i).enumerated() where j != i {
        let own = both.values.pooled[i, j]
        let rates = pooled.filter { $0 >= own }.map { p in
          Double(pooled.count) * Double(p) / Double(pooled.count { $0 <= p })
        }
        let expected = min(1, rates.min() ?? 1)
        #expect(Double(q) >= expected * (1 - 1e-6) && Double(q) <= expected * (1 + 1.0 / 2000))
      }
    }
    let pairs = try #require(both.pairs)
    let (first, second) = (try #require(without.pairs), try #require(with.pairs))
    for pair in pairs.p.indices {
      let decides = second.p[pair] > first.p[pair] ? second : first
      #expect(pairs.p[pair] == decides.p[pair] && pairs.strengths[pair] == decides.strengths[pair])
      #expect(pairs.nullStrengths[pair] == decides.nullStrengths[pair])
    }
  }

  /// A drive that all share makes weights beyond chance where its components are not taken, and none
  /// that both find.
  @Test func sharedDrive() throws {
    let found = try both(problem(rates(30, 800, drives: 3)), recipe(30, lambda: 0.3))
    let (without, with) = (positives(found.tests[0].values), positives(found.tests[1].values))
    #expect(without.share > 0.2 && without.discoveries > 50, "\(without)")
    #expect(with.share < 0.08, "\(with)")
    let both = positives(found.values)
    #expect(both.share < 0.05 && both.discoveries == 0, "\(both)")
  }

  /// Where a sparse network's neurons are alike by their dynamics, components make weights that are
  /// not there, and both together do not.
  @Test func sparseNetwork() throws {
    let (neurons, frames, alpha) = (30, 1500, 0.5)
    let random = RandomStream(seed: 5, purpose: .weights)
    var weights = Matrix<Double>(rows: neurons, columns: neurons)
    for i in 0..<neurons {
      for j in 0..<neurons where j != i && random.uniform(at: neurons * i + j) < 0.1 {
        let sign = random.normal(at: neurons * (neurons + i) + j)
        weights[i, j] = 3 / (0.1 * Double(neurons)).squareRoot() * sign
      }
    }
    var rates = Matrix<Double>(rows: neurons, columns: frames)
    for t in 1..<frames {
      for i in 0..<neurons {
        var current = 0.3 * RandomStream(seed: 5, purpose: .inputNoise, k: i).normal(at: t)
        for j in 0..<neurons { current += weights[i, j] * rates[j, t - 1] }
        rates[i, t] = (1 - alpha) * rates[i, t - 1] + alpha * tanh(current)
      }
    }
    let found = try both(problem(rates), recipe(neurons, lambda: 1e-4))
    func positives(_ values: EdgePValues) -> (true: Int, false: Int, power: Double, level: Double) {
      var (hits, falsehoods, powerful, beyond, there) = (0, 0, 0, 0, 0)
      for i in 0..<neurons {
        let q = values.q(i)
        for j in 0..<neurons where j != i {
          let isThere = weights[i, j] != 0
          if isThere { there += 1 }
          if q[j] <= 0.05 { if isThere { hits += 1 } else { falsehoods += 1 } }
          if values.p[i, j] <= 0.05 { if isThere { powerful += 1 } else { beyond += 1 } }
        }
      }
      return (
        hits, falsehoods, Double(powerful) / Double(there),
        Double(beyond) / Double(neurons * (neurons - 1) - there)
      )
    }
    let (with, joint) = (positives(found.tests[1].values), positives(found.values))
    #expect(with.false > 30, "\(with)")
    #expect(joint.level < 0.05 && joint.false <= 3, "\(joint)")
    #expect(joint.power > 0.5 && joint.true > 30, "\(joint)")
  }

  /// The nulls without and with the components that the rule takes.
  private func both(
    _ problem: FitProblem<Double>, _ recipe: FitRecipe
  ) throws -> WeightNulls {
    let components = try problem.populationComponents(seed: 1, group: SingleRank())
    #expect(components.count >= 2)
    var settings = NullSettings()
    settings.components = [0, components.taken]
    return try problem.nulls(
      recipe, settings, components: components, regions: nil, threads: 1, group: SingleRank())
  }
}

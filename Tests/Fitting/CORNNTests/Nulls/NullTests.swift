import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import RandomNumbers
import Runtime
import Testing

/// False positives and found weights of nulls, where the truth is known.
@Suite struct NullTests {
  /// Neurons of autocorrelated rates, with drives that they share.
  func rates(
    _ neurons: Int, _ frames: Int, drives: Int = 0, seed: UInt64 = 1
  ) -> Matrix<Double> {
    func series(_ purpose: StreamPurpose, _ k: Int, _ memory: Double) -> [Double] {
      let stream = RandomStream(seed: seed, purpose: purpose, k: k)
      var value = 0.0
      return (0..<frames).map { t in
        value = memory * value + (1 - memory * memory).squareRoot() * stream.normal(at: t)
        return value
      }
    }
    let shared = (0..<drives).map { series(.inputs, $0, 0.95) }
    var rates = Matrix<Double>(rows: neurons, columns: frames)
    for i in 0..<neurons {
      let own = series(.outputNoise, i, 0.5)
      let loadings = RandomStream(seed: seed, purpose: .loadings, k: i)
      for t in 0..<frames {
        var value = own[t]
        for k in 0..<drives { value += loadings.normal(at: k) * shared[k][t] }
        rates[i, t] = tanh(0.3 * value)
      }
    }
    return rates
  }

  func problem(_ rates: consuming Matrix<Double>) throws -> FitProblem<Double> {
    let (neurons, frames) = (rates.rows, rates.columns)
    return try FitProblem(
      PreparedRecording(
        rates: rates, local: 0..<neurons, neurons: neurons,
        inputs: Matrix(rows: 0, columns: frames), trialStarts: [], holdout: 0),
      bias: true, group: SingleRank(), phases: Phases())
  }

  func recipe(
    _ count: Int, lambda: Double = 0.03, constraints: Constraints = Constraints(),
    form: Configuration.Form = .auto, usesFeatures: Bool = false
  ) -> FitRecipe {
    var configuration = Configuration(
      lambda: lambda, selfConnections: false, bias: true, form: form,
      usesFeatures: usesFeatures, tolerance: 1e-4, iterations: 200)
    configuration.targetRange = .unclipped
    return FitRecipe(
      loss: .crossEntropy, leaks: [Double](repeating: 0.5, count: count),
      configuration: configuration, constraints: constraints)
  }

  /// The share of weights with p ≤ 0.05, and how many are found at that false discovery rate.
  func positives(_ found: EdgePValues) -> (share: Double, discoveries: Int) {
    var (tested, beyond, discoveries) = (0, 0, 0)
    for i in 0..<found.p.rows {
      let q = found.q(i)
      for j in 0..<found.p.columns where !found.p[i, j].isNaN {
        tested += 1
        if found.p[i, j] <= 0.05 { beyond += 1 }
        if q[j] <= 0.05 { discoveries += 1 }
      }
    }
    return (Double(beyond) / Double(tested), discoveries)
  }

  /// Uncoupled neurons: as many positives as the nominal share, within what 870 weights tell.
  @Test(arguments: NullKind.allCases) func uncoupledNeurons(kind: NullKind) throws {
    let problem = try problem(rates(30, 500))
    var settings = NullSettings()
    settings.count = 39
    settings.kind = kind
    let components = try problem.populationComponents(seed: 1, group: SingleRank())
    #expect(components.count == 0)
    let found = try problem.nulls(
      recipe(30), settings, components: components, regions: nil, threads: 1, group: SingleRank())
    let (share, discoveries) = positives(found.values)
    #expect(share > 0.03 && share < 0.07, "\(share)")
    #expect(discoveries <= 2)
  }

  /// Primal, dual and masked forms agree, and a forbidden weight has no p value.
  @Test func formsAgree() throws {
    let problem = try problem(rates(12, 150, drives: 1))
    var settings = NullSettings()
    settings.count = 20
    settings.components = [1]
    let components = try problem.populationComponents(seed: 1, group: SingleRank())
    func found(
      _ form: Configuration.Form, _ constraints: Constraints = Constraints()
    ) throws -> WeightNulls {
      try problem.nulls(
        recipe(12, constraints: constraints, form: form), settings, components: components,
        regions: (0..<12).map { "\($0 % 3)" }, threads: 2, group: SingleRank())
    }
    let primal = try found(.primal)
    let dual = try found(.dual)
    var forbidden = (0..<12).map { _ in ForbiddenSet(neurons: 12) }
    forbidden[4].insert(7)
    let masked = try found(
      .primal, Constraints(mask: StructuralMask(forbidden: forbidden)))
    #expect(masked.values.p[4, 7].isNaN && masked.values.pooled[4, 7].isNaN)
    #expect(!primal.values.p[4, 7].isNaN)
    for i in 0..<12 {
      #expect(primal.values.p[i, i].isNaN)
      for j in 0..<12 where i != j {
        // Each stops within the tolerance of nulls, on a way of its own.
        let own = primal.tests[0].weights[i, j]
        #expect(abs(own - dual.tests[0].weights[i, j]) < 0.02)
        #expect(abs(primal.values.p[i, j] - dual.values.p[i, j]) < 0.15)
        if i != 4 { #expect(abs(own - masked.tests[0].weights[i, j]) < 0.02) }
      }
    }
    let regions = try #require(primal.pairs)
    #expect(regions.p.allSatisfy { $0 >= 1.0 / 21 && $0 <= 1 })
  }

  /// In eigenvectors, whitened weights and features of the samples nulls are those of float64.
  @Test(arguments: [(neurons: 12, frames: 150), (neurons: 40, frames: 31)])
  func featuresAgree(neurons: Int, frames: Int) throws {
    let problem = try problem(rates(neurons, frames, drives: 1))
    var settings = NullSettings()
    settings.count = 20
    func found(_ recipe: FitRecipe, threads: Int) throws -> WeightNulls {
      try problem.nulls(
        recipe, settings, components: nil, regions: nil, threads: threads, group: SingleRank())
    }
    let exact = try found(recipe(neurons), threads: 1)
    for form in Configuration.Form.allCases {
      let features = try found(recipe(neurons, form: form, usesFeatures: true), threads: 2)
      var moved = 0
      var (error, size) = (0.0, 0.0)
      for i in 0..<neurons {
        #expect(features.values.p[i, i].isNaN && features.tests[0].weights[i, i].isNaN)
        for j in 0..<neurons where i != j {
          let weight = exact.tests[0].weights[i, j]
          error += pow(Double(weight - features.tests[0].weights[i, j]), 2)
          size += pow(Double(weight), 2)
          if abs(exact.values.p[i, j] - features.values.p[i, j]) > 0.15 { moved += 1 }
        }
      }
      // Both stop within the tolerance of nulls.
      #expect(error < 0.05 * 0.05 * size, "\(form): \((error / size).squareRoot())")
      #expect(moved <= neurons * neurons / 100, "\(form): \(moved)")
    }
  }

  /// More nulls than there are shifts.
  @Test func shiftsRunOut() throws {
    let problem = try problem(rates(4, 60))
    var settings = NullSettings()
    settings.count = 60
    settings.kind = .shift
    #expect(throws: NullError.tooManyShifts(nulls: 60, transitions: 59, possible: 48)) {
      try problem.nulls(
        recipe(4), settings, components: nil, regions: nil, threads: 1, group: SingleRank())
    }
  }
}

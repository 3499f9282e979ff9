import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import CORNN

/// Networks of parts of a recording, against a dense solver on these transitions.
@Suite struct PartTests {
  private let alpha = 0.3

  private func recipe(_ form: Configuration.Form) -> FitRecipe {
    var configuration = Configuration(
      lambda: 1e-2, selfConnections: false, bias: true, form: form, usesFeatures: false,
      tolerance: 1e-9, iterations: 300)
    configuration.targetRange = .clamped
    return FitRecipe(
      loss: .crossEntropy, leaks: [Double](repeating: alpha, count: 5),
      configuration: configuration, constraints: Constraints())
  }

  private func problem() throws -> FitProblem<Double> {
    try FitProblem(
      Synthetic(neurons: 5, frames: 90).recording(), bias: true, group: SingleRank(),
      phases: Phases())
  }

  /// Weights onto neuron 1 from the transitions at some positions, each as often as it is there.
  private func dense(_ problem: FitProblem<Double>, _ positions: [Int]) throws -> [Double] {
    let x = problem.regressors.fitted.matrix.copy()
    let limit = 1 - recipe(.primal).configuration.targetMargin
    let frames = problem.transitions.frames
    return try DenseNewton(
      x: positions.map { t in (0..<x.rows).map { x[$0, t] } },
      d: positions.map { t in
        let (now, next) = (
          problem.recording.rates[1, frames[t]], problem.recording.rates[1, frames[t] + 1]
        )
        return max(-limit, min(limit, (next - (1 - alpha) * now) / alpha))
      },
      ridge: 1e-2 * Double(positions.count), loss: .crossEntropy, forbidden: [1]
    ).weights
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func partsAreFittedAsTheyAre(form: Configuration.Form) throws {
    let problem = try problem()
    let blocks = TransitionBlocks(transitions: problem.transitions.count)
    let fit = try problem.fit(
      loss: .crossEntropy, alpha: recipe(form).leaks, configuration: recipe(form).configuration,
      group: SingleRank(), threads: 1, phases: Phases())
    let weights = fit.coefficients()
    let found = try problem.agreementOfParts(
      weights, recipe(form), halves: true, resamples: 20, seed: 3, group: SingleRank(), threads: 2)
    let halves = try [dense(problem, blocks.half(0)), dense(problem, blocks.half(1))]
    for j in 0..<5 where j != 1 {
      #expect(abs(Double(found.firstHalf[1, j]) - halves[0][j]) < 1e-5)
      #expect(abs(Double(found.secondHalf[1, j]) - halves[1][j]) < 1e-5)
    }
    let resamples = try (0..<20).map { try dense(problem, blocks.resample($0, seed: 3)) }
    for j in 0..<5 where j != 1 {
      let own = resamples.map { $0[j] }
      let mean = own.reduce(0, +) / 20
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19
      #expect(abs(Double(found.deviation[1, j]) - variance.squareRoot()) < 1e-5)
      let same = Double(own.count { $0 * weights[1, j] > 0 }) / 20
      #expect(abs(Double(found.sameSign[1, j]) - same) < 1e-6)
    }
    for i in 0..<5 {
      #expect(found.firstHalf[i, i].isNaN && found.sameSign[i, i].isNaN)
      #expect(found.secondHalf[i, i].isNaN && found.deviation[i, i].isNaN)
    }
  }

  @Test func blocksMakeParts() {
    let blocks = TransitionBlocks(transitions: 47)
    let halves = [blocks.half(0), blocks.half(1)]
    #expect((halves[0] + halves[1]).sorted() == Array(0..<47))
    // 47 in 20 blocks: 2, 2, 3, 2, …
    #expect(Array(halves[0].prefix(5)) == [0, 1, 4, 5, 6])
    let drawn = (0..<30).map { blocks.resample($0, seed: 1) }
    #expect(Set(drawn).count == 30)
    for positions in drawn {
      #expect(positions == positions.sorted() && Set(positions).count < positions.count)
      // Blocks are whole.
      for block in blocks.blocks {
        let counts = Set(block.map { t in positions.count { $0 == t } })
        #expect(counts.count == 1)
      }
    }
    #expect(drawn[0] == blocks.resample(0, seed: 1) && drawn[0] != blocks.resample(0, seed: 2))
  }
}

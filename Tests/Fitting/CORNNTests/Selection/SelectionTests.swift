import Collectives
import Kernels
import LinearAlgebra
import Runtime
import Testing

@testable import CORNN

@Suite struct SelectionTests {
  @Test func foldsAreContiguousBlocksWithGaps() {
    let transitions = Transitions(in: 0..<101, missing: [Bool](repeating: false, count: 101))
    let folds = Fold.blocks(of: transitions, count: 4, gap: 5)
    #expect(folds.count == 4)
    #expect(folds.flatMap(\.validation) == Array(0..<100))
    for fold in folds {
      for position in fold.training {
        let distance = fold.validation.map { abs($0 - position) }.min() ?? 0
        #expect(distance > 5)
      }
    }
    #expect(folds[1].training.count == 100 - 25 - 10)
  }

  /// The recording's own leak and a ridge near the one that predicts best are found.
  @Test func findsTheLeakOfAChaoticNetwork() throws {
    let data = try Synthetic(neurons: 30, frames: 2000)
    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    var grid = SelectionGrid()
    for i in grid.rounds.indices { grid.rounds[i].neurons = min(20, grid.rounds[i].neurons) }
    let selection = try problem.select(
      grid: grid, loss: .crossEntropy, configuration: Configuration(), group: SingleRank(),
      threads: 2, phases: Phases())
    #expect(selection.alpha == 0.1)
    #expect(selection.lambda < 1e-2)
    // Too small a leak asks for targets beyond ±1.
    #expect((selection.clipped[0.05] ?? 0) > (selection.clipped[0.1] ?? 1))
    #expect(selection.error == selection.candidates.map(\.error).min())
  }

  /// A neuron leaves the common leak only if its folds agree that another one is better.
  @Test func leaksArePulledTowardsTheCommonOne() {
    let alphas = [0.05, 0.1, 0.2]
    let noisy = [[0.9, 1.3, 0.8, 1.2], [1.0, 1.1, 1.0, 1.2], [1.2, 1.0, 1.3, 1.1]]
    #expect(FitProblem<Double>.nearestGoodLeak(alphas, noisy, common: 0.1) == 0.1)
    let clear = [[0.5, 0.6, 0.5, 0.6], [1.0, 1.1, 1.0, 1.2], [1.2, 1.0, 1.3, 1.1]]
    #expect(FitProblem<Double>.nearestGoodLeak(alphas, clear, common: 0.1) == 0.05)
  }

  /// The published rule stays finite where it drops every sample of a neuron.
  @Test func thePublishedMapSurvivesDroppingEverything() throws {
    let data = try Synthetic(neurons: 60, frames: 21)
    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    var configuration = Configuration()
    configuration.lambda = 1e-5
    configuration.iterations = 30
    let fit = try problem.fit(
      loss: .weighted(threshold: 1e-4), alpha: [Double](repeating: 0.1, count: 60),
      configuration: configuration, group: SingleRank(), threads: 2, phases: Phases())
    #expect(allWeights(fit).allSatisfy { $0.allSatisfy(\.isFinite) })
  }
}

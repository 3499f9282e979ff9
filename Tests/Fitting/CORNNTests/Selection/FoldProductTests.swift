import Collectives
import Kernels
import LinearAlgebra
import Runtime
import Testing

@testable import CORNN

/// What folds take out of the products of all transitions, and what a search spares.
@Suite struct FoldProductTests {
  private func problem(_ data: borrowing Synthetic) throws -> FitProblem<Double> {
    try FitProblem(data.recording(), bias: true, group: SingleRank(), phases: Phases())
  }

  /// They are the sums over the frames that a fold trains on; who asks next is given those of all.
  @Test(arguments: [true, false]) func productsOfAFoldAreThoseOfItsFrames(isDual: Bool) throws {
    let problem = try problem(Synthetic(neurons: 6, frames: 50, inputs: 1))
    let whole = problem.regressors
    for fold in Fold.blocks(of: problem.transitions, count: 4, gap: 2) {
      let part = try Regressors(whole, fold: fold, group: SingleRank())
      let products = try part.products(
        isDual: isDual, group: SingleRank(), phases: Phases())
      let x = fold.training.map { t in (0..<whole.count).map { whole.fitted.matrix[$0, t] } }
      let order = isDual ? fold.training.count : whole.count
      #expect(products.shared.matrix.rows == order)
      for i in 0..<order {
        for j in 0..<order {
          let expected =
            isDual
            ? zip(x[i], x[j]).reduce(0) { $0 + $1.0 * $1.1 }
            : x.reduce(0) { $0 + $1[i] * $1[j] }
          #expect(abs(products.shared.matrix[i, j] - expected) < 1e-12)
        }
      }
    }
    #expect(whole.kept?.isDual == isDual)
    _ = try whole.products(isDual: isDual, group: SingleRank(), phases: Phases())
    #expect(whole.kept == nil)
  }

  /// Eigenvectors are taken where candidates are many for the order, never of a large one.
  @Test func manyCandidatesRepayEigenvectors() {
    func repay(_ samples: Int, _ regressors: Int, ridges: Int, solutions: Int) -> Bool {
      FoldLoad(samples: samples, regressors: regressors, ridges: ridges, solutions: solutions)
        .repaysEigenvectors
    }
    #expect(repay(1000, 300, ridges: 1, solutions: 32))
    #expect(repay(22_000, 4000, ridges: 7, solutions: 192))
    #expect(!repay(4000, 4000, ridges: 1, solutions: 32))
    #expect(!repay(22_000, 5000, ridges: 13, solutions: 10_000))
  }

  /// Where eigenvectors are too many, products that are faster repay whitened weights.
  @Test func fastProductsRepayWhitening() {
    func repay(_ kernel: ProductKernel, isSingle: Bool, solutions: Int) -> Bool {
      FoldLoad(samples: 22_500, regressors: 5001, ridges: 1, solutions: solutions)
        .repaysWhitening(by: kernel, isSingle: isSingle)
    }
    #expect(repay(.avx512BF16, isSingle: true, solutions: 576))
    #expect(!repay(.avx512BF16, isSingle: true, solutions: 32))
    #expect(repay(.avx512, isSingle: false, solutions: 576))
    #expect(!repay(.avx512, isSingle: true, solutions: 576))
  }

  /// More frames, fewer neurons and blocks; and where few are enough there is one round.
  @Test func longRecordingsAreTriedOnFewerNeurons() {
    #expect(SearchRound.usual(transitions: 1000).map(\.neurons) == [32, 128])
    #expect(SearchRound.usual(transitions: 8000).map(\.neurons) == [32, 64])
    #expect(SearchRound.usual(transitions: 24_000).map(\.neurons) == [32])
    let grid = SelectionGrid()
    #expect([1000, 13_000, 24_000].map { grid.foldsTried(transitions: $0) } == [4, 3, 2])
  }

  /// One round at a given ridge: all losses on few neurons of one block, and of more only those that
  /// are not clearly behind there.
  @Test func aGlanceComesFirst() throws {
    let problem = try problem(Synthetic(neurons: 40, frames: 150))
    var grid = SelectionGrid()
    grid.lambdas = [1e-3]
    grid.rounds = [SearchRound(neurons: 32, iterations: 60, tolerance: 2e-4)]
    // With scores as small as this weights stay near zero.
    let hopeless = PointwiseLoss.clipped(k: 0, threshold: 1e-4)
    let losses: [PointwiseLoss] = [.crossEntropy, hopeless, .clipped(k: 0.1, threshold: 0.2)]
    let memory = SearchMemory()
    let errors = try problem.compare(
      losses: losses, alpha: 0.1, lambda: 1e-3, grid: grid, configuration: Configuration(),
      group: SingleRank(), threads: 1, phases: Phases(), memory: memory)
    let glance = memory.entries.prefix { $0.trial.round.neurons == 8 }
    #expect(glance.map(\.fold) == [0] && glance.first?.trial.losses == losses)
    let rest = memory.entries.dropFirst(glance.count)
    #expect(rest.map(\.fold) == [0, 1, 2, 3])
    #expect(rest.allSatisfy { $0.trial.round.neurons == 32 && !$0.trial.losses.contains(hopeless) })
    #expect(errors[1] > 1.3 * min(errors[0], errors[2]) && errors[1].isFinite)
    grid.lambdas = [1e-3, 1e-2]
    #expect(grid.lossRounds.map(\.round.neurons) == [32, 32])
  }

  /// Where the ridge is given, losses are tried at it alone; else around it too.
  @Test(arguments: [true, false]) func lossesAreComparedAtAGivenRidge(isGiven: Bool) throws {
    let problem = try problem(Synthetic(neurons: 6, frames: 60))
    var grid = SelectionGrid()
    if isGiven { grid.lambdas = [0.01] }
    let memory = SearchMemory()
    _ = try problem.compare(
      losses: [.crossEntropy, .clipped(k: 0.1, threshold: 0.2)], alpha: 0.1, lambda: 0.01,
      grid: grid, configuration: Configuration(), group: SingleRank(), threads: 1,
      phases: Phases(), memory: memory)
    let tried = Set(memory.entries.flatMap(\.trial.lambdas))
    #expect(isGiven ? tried == [0.01] : tried.isSuperset(of: grid.decade(around: 0.01)))
  }
}

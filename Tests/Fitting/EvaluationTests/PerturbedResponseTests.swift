import Testing

@testable import Evaluation

/// Which responses of perturbed trials are kept one by one.
@Suite struct PerturbedResponseTests {
  /// About 2,000 of them, and of other cells in each trial, whatever their numbers.
  @Test(arguments: [(100, 500), (100, 2000), (7, 3), (64, 1024), (1, 5000)])
  func allCellsAreSeen(neurons: Int, trials: Int) {
    let all = neurons * trials
    let stride = PerturbedScores.stride(responses: all, neurons: neurons)
    let kept = (0..<all).filter { $0.isMultiple(of: stride) }
    #expect(kept.count <= 4000 && (all < 4000 || kept.count > 1000))
    #expect(Set(kept.map { $0 % neurons }).count == min(neurons, kept.count))
  }
}

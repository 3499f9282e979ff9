import Collectives
import LinearAlgebra
import Runtime
import Tasks
import Testing
import Training

/// The second of two ranks, where all that the first one has to tell is 0.
private struct SecondRank: RankGroup, ~Copyable {
  private let alone = SingleRank()
  var rank: Int { 1 }
  var size: Int { 2 }

  func sum<T: Transferable>(_ values: inout MutableSpan<T>) {}
  func maximum<T: Transferable>(_ values: inout MutableSpan<T>) {}

  func broadcast<T: Transferable>(_ values: inout MutableSpan<T>, from root: Int) {
    for i in 0..<values.count { values[i] = T() }
  }

  func gather<T: Transferable>(
    _ part: Span<T>, into whole: inout MutableSpan<T>, counts: [Int]
  ) {
    preconditionFailure("FORCE gathers nothing")
  }

  func beginExchange<S: Scalar>(
    _ outgoing: consuming Matrix<S>, sendCounts: [Int],
    into incoming: consuming Matrix<S>, receiveCounts: [Int]
  ) -> Exchange<S> {
    preconditionFailure("FORCE exchanges nothing")
  }

  func split(color: Int) -> SecondRank { SecondRank() }

  func allocateOnNode<S: Scalar>(rows: Int, columns: Int, of: S.Type) -> NodeShared<S> {
    alone.allocateOnNode(rows: rows, columns: columns, of: S.self)
  }

  func invertPositiveDefinite<S: Scalar & Transferable>(
    _ a: borrowing NodeShared<Double>, ridge: Double, into inverse: inout NodeShared<S>
  ) throws -> Inversion {
    try alone.invertPositiveDefinite(a, ridge: ridge, into: &inverse)
  }
}

/// Ranks that repeat the work of FORCE.
@Suite struct ForceAgreementTests {
  /// A rank that rounds in its own way takes over parameters and loss of the first one: else each
  /// would train a network of its own, and end on its own where a loss is no number.
  @Test func theFirstRankDecides() throws {
    var settings = TrainerTests.settings(.force)
    settings.iterations = 3
    settings.afterwards = .nothing
    let task = FlipFlop(bits: 1, hidden: 20, steps: 30, trained: .readout)
    func train(on group: borrowing some RankGroup & ~Copyable) throws -> TrainResult {
      try Trainer.run(task, settings, on: group, precision: Float.self, phases: Phases()) { _ in
        .goOn
      }
    }
    let alone = try train(on: SingleRank())
    #expect(alone.log.loss.allSatisfy { $0 > 0 } && alone.lastParameters.contains { $0 != 0 })
    let second = try train(on: SecondRank())
    #expect(second.log.loss == [0, 0, 0] && second.lastParameters.allSatisfy { $0 == 0 })
  }
}

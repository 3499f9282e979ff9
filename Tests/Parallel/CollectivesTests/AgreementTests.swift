import Collectives
import LinearAlgebra
import Testing

private struct Stopped: ExitCoded, Equatable {
  var description: String { "stopped at a checkpoint" }
  var exitCode: Int32 { ExitCode.stopped }
}

@Suite struct AgreementTests {
  @Test func aSingleRankThrowsTheErrorItself() throws {
    let group = SingleRank()
    #expect(try group.agree { 3 } == 3)
    #expect(throws: Stopped()) { try group.agree { throw Stopped() } }
    #expect(throws: Stopped()) { try group.agreeOnRoot { throw Stopped() } }
  }

  @Test func exitCodes() {
    struct Other: Error {}
    #expect(ExitCode.of(Stopped()) == 75)
    #expect(ExitCode.of(Other()) == 70)
  }

  @Test func valuesMayBeNoncopyable() throws {
    let matrix = try SingleRank().agree { Matrix<Double>.identity(2) }
    #expect(matrix[1, 1] == 1)
  }

  @Test func unevenPartsAreGathered() throws {
    #expect(try SingleRank().gather([Int]()) == [])
    #expect(try SingleRank().gather([2.5, 1]) == [2.5, 1])
  }
}

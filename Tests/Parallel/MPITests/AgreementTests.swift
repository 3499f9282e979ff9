import Collectives
import MPI
import Runtime
import TestSupport
import Testing

private struct Bad: ExitCoded {
  var description: String
  var exitCode: Int32 { ExitCode.badData }
}

extension RankTests {
  @Suite struct AgreementTests {
    @Test func valuesPass() throws {
      let world = try testWorld()
      let value = try world.agree { world.rank * 2 }
      try expectEverywhere(value == world.rank * 2, on: world)
    }

    @Test func oneRanksErrorIsThrownByAll() throws {
      let world = try testWorld()
      guard world.size > 1 else { return }
      let failing = world.size - 1
      let error = caught {
        try world.agree { if world.rank == failing { throw Bad(description: "row 7") } }
      }
      try expectEverywhere(
        error?.message == "row 7" && error?.exitCode == 65 && error?.rank == failing, on: world)
      try expectEverywhere(error?.description == "rank \(failing): row 7", on: world)
    }

    @Test func anErrorOfAllRanksNamesNone() throws {
      let world = try testWorld()
      guard world.size > 1 else { return }
      let error = caught { try world.agree { throw Bad(description: "no file") } }
      try expectEverywhere(error?.description == "no file", on: world)
    }

    @Test func rootWorksAlone() throws {
      let world = try testWorld()
      var calls = 0
      try world.agreeOnRoot { calls += 1 }
      try expectEverywhere(calls == (world.rank == 0 ? 1 : 0), on: world)
      #expect(throws: (any Error).self) {
        try world.agreeOnRoot { throw Bad(description: "cannot create") }
      }
    }

    private func caught(_ body: () throws -> Void) -> AgreedError? {
      do { try body() } catch { return error as? AgreedError }
      return nil
    }
  }
}

extension RankTests {
  @Suite struct StopRequestTests {
    /// A signal that reached one rank stops all of them.
    @Test func oneRanksNoticeStopsAll() throws {
      let world = try testWorld()
      let isLast = world.rank == world.size - 1
      var request = StopRequest(stopFile: nil, timeLimit: isLast ? .zero : nil)
      try expectEverywhere(try request.agreed(by: world) == .timeLimit, on: world)
    }
  }
}

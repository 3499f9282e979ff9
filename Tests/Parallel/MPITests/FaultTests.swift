import Collectives
import Foundation
import MPI
import TestSupport
import Testing

private struct MissingFile: ExitCoded {
  var description: String { "no such recording: x.h5" }
  var exitCode: Int32 { ExitCode.missingInput }
}

nonisolated private let fault = ProcessInfo.processInfo.environment["GANGLION_TEST_FAULT"]

/// Jobs that end badly; `FaultTests` launches them one by one.
@Suite(.enabled(if: isUnderLauncher && fault != nil)) struct FaultPrograms {
  @Test func run() {
    runSPMD { world in
      let isLast = world.rank == world.size - 1
      // Shared memory and an exchange are alive: unwinding must not wait for anybody.
      let shared = try world.allocateOnNode(rows: 4, columns: 4, of: Double.self)
      switch fault {
      case "all": throw MissingFile()
      case "one": if isLast { throw MissingFile() }
      case "one-at-end":
        try shared.free()
        if isLast { throw MissingFile() }
        return
      case "agreed": try world.agree { if isLast { throw MissingFile() } }
      case "trap": if isLast { preconditionFailure("shapes differ") }
      case "kill": if isLast { kill(getpid(), SIGKILL) }
      default: break
      }
      try world.barrier()
    }
  }
}

@Suite(.serialized, .disabled(if: isUnderLauncher)) struct FaultTests {
  private func run(_ fault: String, ranks: Int = 3) throws -> LaunchResult {
    let result = try launch(
      ranks: ranks, filter: "MPITests.FaultPrograms",
      environment: ["GANGLION_TEST_FAULT": fault], timeout: 30)
    #expect(result.seconds < 10, "\(fault): \(result.seconds) s")
    return result
  }

  private func messages(_ result: LaunchResult) -> [Substring] {
    result.errors.split(separator: "\n").filter { $0.contains("no such recording") }
  }

  @Test func nothingWrong() throws {
    let result = try run("none")
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.errors.contains("error"), "\(result.errors)")
  }

  @Test(arguments: [1, 3, 5]) func allRanksThrow(ranks: Int) throws {
    let result = try run("all", ranks: ranks)
    #expect(result.status == ExitCode.missingInput)
    #expect(messages(result) == ["ganglion: error: no such recording: x.h5"])
    #expect(!result.errors.contains("MPI_ABORT"))
  }

  @Test func oneRankThrowsWhileOthersWait() throws {
    let result = try run("one")
    #expect(result.status == ExitCode.missingInput)
    #expect(messages(result) == ["ganglion: error: rank 2: no such recording: x.h5"])
  }

  @Test func oneRankThrowsAfterTheOthersFinished() throws {
    let result = try run("one-at-end")
    #expect(result.status == ExitCode.missingInput)
    #expect(messages(result) == ["ganglion: error: rank 2: no such recording: x.h5"])
  }

  @Test func agreedErrorIsPrintedOnce() throws {
    let result = try run("agreed")
    #expect(result.status == ExitCode.missingInput)
    #expect(messages(result) == ["ganglion: error: rank 2: no such recording: x.h5"])
    #expect(!result.errors.contains("MPI_ABORT"))
  }

  @Test(arguments: ["trap", "kill"]) func aRankThatDiesEndsTheJob(fault: String) throws {
    let result = try run(fault)
    #expect(result.status != 0)
  }

  @Test func withoutLauncher() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments = ["--testing-library", "swift-testing", "--filter", "MPITests.RankTests"]
    var environment = ProcessInfo.processInfo.environment
    environment["GANGLION_RANK_TESTS"] = "1"
    process.environment = environment
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}

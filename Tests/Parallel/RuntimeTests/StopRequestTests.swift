import CSignals
import Collectives
import Foundation
import Runtime
import Testing

@Suite(.serialized) struct StopRequestTests {
  @Test func nothingAsks() throws {
    var request = StopRequest(stopFile: nil)
    #expect(request.noticedHere() == nil)
    #expect(try request.agreed(by: SingleRank()) == nil)
  }

  @Test func timePasses() throws {
    var request = StopRequest(stopFile: nil, timeLimit: .milliseconds(20))
    #expect(request.noticedHere() == nil)
    usleep(30_000)
    #expect(try request.agreed(by: SingleRank()) == .timeLimit)
  }

  @Test func aFileAppears() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "STOP-\(UUID().uuidString)"
    ).path
    var request = StopRequest(stopFile: path)
    #expect(request.noticedHere() == nil)
    try Data().write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    // The file system is not asked again at once.
    #expect(request.noticedHere() == nil)
    usleep(1_050_000)
    #expect(request.noticedHere() == .stopFile)
  }

  @Test(arguments: [SIGTERM, SIGUSR1]) func aSignalIsRemembered(signal: Int32) {
    var request = StopRequest(stopFile: nil)
    kill(getpid(), signal)
    // Another thread may take the signal.
    for _ in 0..<1000 where request.noticedHere() == nil { usleep(1000) }
    #expect(request.noticedHere() == .signal)
    csignals_forget()
  }

  @Test func ctrlCIsRemembered() {
    var request = StopRequest(stopFile: nil)
    kill(getpid(), SIGINT)
    for _ in 0..<1000 where request.noticedHere() == nil { usleep(1000) }
    #expect(request.noticedHere() == .interrupt)
    csignals_forget()
  }

  /// In a child process, for it ends the process.
  @Test func aSecondCtrlCEnds() async {
    await #expect(processExitsWith: .exitCode(130)) {
      var request = StopRequest(stopFile: nil)
      kill(getpid(), SIGINT)
      // Two that wait at a time are one to the system.
      for _ in 0..<1000 where request.noticedHere() == nil { usleep(1000) }
      kill(getpid(), SIGINT)
      sleep(5)
    }
  }

  /// What is not complete does not outlive a signal; what has its name does.
  @Test(arguments: [SIGINT: 130, SIGTERM: 143])
  func incompleteFilesAreDiscarded(signal: Int32, code: Int32) async throws {
    await #expect(processExitsWith: .exitCode(code)) { [signal] in
      let folder = FileManager.default.temporaryDirectory.path + "/discard-\(getppid())"
      for name in ["whole", "partial"] {
        _ = FileManager.default.createFile(atPath: folder + name, contents: Data())
      }
      Interruption.endsProcess(speaks: false)
      Interruption.Discard(folder + "whole").cancel()
      _ = Interruption.Discard(folder + "partial")
      kill(getpid(), signal)
      sleep(5)
    }
    let folder = FileManager.default.temporaryDirectory.path + "/discard-\(getpid())"
    #expect(FileManager.default.fileExists(atPath: folder + "whole"))
    #expect(!FileManager.default.fileExists(atPath: folder + "partial"))
    try FileManager.default.removeItem(atPath: folder + "whole")
  }

  @Test func theMessageSaysWhatToDo() {
    #expect(Stopped(.signal).exitCode == 75)
    #expect("\(Stopped(.stopFile))".contains("the same command resumes"))
  }
}

import Collectives
import Foundation
import Runtime
import Testing

@Suite(.serialized) struct WatchdogTests {
  @Test func progressKeepsItQuiet() {
    let watchdog = Watchdog(limit: 0.5, rank: 0, message: "this must not happen")
    for _ in 0..<8 {
      usleep(100_000)
      watchdog.reset()
    }
  }

  @Test func aReleasedOneIsGone() {
    _ = Watchdog(limit: 0.1, rank: 0, message: "this must not happen")
    usleep(300_000)
  }

  /// In a child process, for it ends the process.
  @Test func silenceEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(74)) {
      let watchdog = Watchdog(limit: 0.1, rank: 0, message: "test", exitCode: ExitCode.inputOutput)
      sleep(5)
      watchdog.reset()
    }
  }
}

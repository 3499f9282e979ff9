internal import ArgumentParser
internal import Foundation
internal import Wording

/// Whether a run goes on from its checkpoint.
enum Resumption: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// Where there is one.
  case auto
  /// It starts from the beginning.
  case never
}

/// How a run stops, and goes on later.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: """
      Keep what is done in this file (and the one before in FILE.previous), from which the \
      same command goes on. SIGTERM, SIGUSR1, a file named STOP in the working directory \
      and --max-time then stop the run there, with exit code 75.
      """)
  var checkpoint: String?
  @Option(help: "Minutes between two checkpoints, > 0.") var checkpointEvery = 30.0
  @Option(help: "auto: go on from the checkpoint where there is one; never: start anew.")
  var resume = Resumption.auto
  @Option(help: "Minutes after which the run stops at a checkpoint, > 0; default: none.")
  var maxTime: Double?
  @Option(
    help: """
      Seconds without progress after which the run counts as hanging and ends with exit code \
      70, > 0; more than the longest phase and checkpoint interval take. Default: never.
      """)
  var watchdog: Double?

  func validate() throws {
    try require(
      checkpointEvery > 0, "--checkpoint-every is \(asGiven(checkpointEvery)), expected minutes > 0"
    )
    if let maxTime {
      try require(maxTime > 0, "--max-time is \(asGiven(maxTime)), expected minutes > 0")
    }
    if let watchdog {
      try require(watchdog > 0, "--watchdog is \(asGiven(watchdog)), expected seconds > 0")
    }
    try require(
      maxTime == nil || checkpoint != nil,
      "--max-time stops at a checkpoint: give --checkpoint FILE too")
  }
}

internal import ArgumentParser
internal import Foundation
internal import Wording

/// Whether a run goes on from its checkpoint.
enum Resumption: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// Where there is one.
  case auto
  /// It starts from the beginning.
  case never

  init?(argument: String) {
    // What `train` once called it.
    self.init(rawValue: argument == "none" ? "never" : argument)
  }
}

/// How a run of `fit` or `train` stops, and goes on later.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: """
      Keep what is done in this file (and the one before in FILE.previous), from which the \
      same command goes on. SIGTERM, SIGUSR1, Ctrl-C (twice: at once), a file named STOP in \
      the working directory and --max-time then stop the run there, within seconds and with \
      exit code 75. mpirun turns Ctrl-C into SIGTERM and leaves ranks a second: ask it by \
      kill -USR1 or STOP instead, or start it with --mca odls_base_sigkill_timeout 60.
      """)
  var checkpoint: String?
  @Option(help: "Minutes between two checkpoints, > 0; default: 30.")
  var checkpointEvery: Double?
  @Option(
    help: """
      auto: go on from the checkpoint where there is one; never: start anew. Default: auto.
      """)
  var resume: Resumption?
  @Option(
    help: """
      Minutes after which the run stops at its checkpoint, > 0; a training without one ends \
      with the best parameters so far, marked as not completed, and exit code 1; a rival of fit \
      (--method) with the weights it has. Default: none.
      """)
  var maxTime: Double?
  @Option(
    help: """
      Seconds without progress after which the run counts as hanging and ends with exit code \
      70, > 0; more than the longest phase and checkpoint interval take. Default: never.
      """)
  var watchdog: Double?

  /// Minutes between two checkpoints where nobody says.
  private static let usualInterval = 30.0
  /// Nineteen years of minutes: what is longer is a slip, and no clock holds it.
  static let mostMinutes = 1e7

  /// Time between two checkpoints.
  var interval: Duration { .seconds(60 * (checkpointEvery ?? Self.usualInterval)) }

  /// Time after which the run stops; nil for never.
  var timeLimit: Duration? { maxTime.map { .seconds(60 * $0) } }

  /// Whether a checkpoint that is there is gone on from.
  var resumes: Bool { resume != .never }

  func validate() throws {
    for (flag, minutes) in [("--checkpoint-every", checkpointEvery), ("--max-time", maxTime)] {
      guard let minutes else { continue }
      try require(
        minutes > 0 && minutes <= Self.mostMinutes,
        "\(flag) is \(asGiven(minutes)), expected minutes > 0")
    }
    if let watchdog {
      try require(
        watchdog > 0 && watchdog <= 60 * Self.mostMinutes,
        "--watchdog is \(asGiven(watchdog)), expected seconds > 0")
    }
    for (flag, isGiven) in [
      ("--checkpoint-every", checkpointEvery != nil), ("--resume", resume != nil),
    ] {
      try require(
        checkpoint != nil || !isGiven, "\(flag) does nothing without --checkpoint FILE: add it")
    }
  }
}

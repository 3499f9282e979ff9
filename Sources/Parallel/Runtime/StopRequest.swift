internal import CSignals
package import Collectives
internal import Glibc

/// Notices that the run should stop at its next checkpoint.
///
/// Three things ask for it: SIGTERM or SIGUSR1 (a batch system's warning) or SIGINT (Ctrl-C; a
/// second one ends the process), a file named `STOP` (anybody with access to the run's folder),
/// and a time limit. One rank seeing
/// it is not enough, because the others would go on without it: `agreed(by:)` makes all
/// ranks stop at the same iteration.
package struct StopRequest {
  /// Why a run stops; where several ranks differ, the highest counts.
  package enum Reason: Int, Sendable, Comparable {
    case timeLimit = 1
    case stopFile = 2
    case signal = 3
    case interrupt = 4
    case request = 5

    /// In words.
    package var cause: String {
      switch self {
      case .timeLimit: "the time limit"
      case .stopFile: "the file STOP"
      case .signal: "a signal"
      case .interrupt: "Ctrl-C"
      case .request: "a request"
      }
    }

    package static func < (a: Reason, b: Reason) -> Bool { a.rawValue < b.rawValue }
  }

  private let stopFile: String?
  private let deadline: ContinuousClock.Instant?
  private var nextLook: ContinuousClock.Instant
  private var noticed: Reason?

  /// Starts listening, and the clock.
  ///
  /// From here on the signals no longer end the process.
  ///
  /// - Parameters:
  ///   - stopFile: path of the file that asks for the stop; nil for none.
  ///   - timeLimit: how long the run may take from now; nil for ever.
  ///   - signals: those that ask for the stop, rather than end the process.
  package init(
    stopFile: String? = "STOP", timeLimit: Duration? = nil,
    signals: [Int32] = [SIGTERM, SIGUSR1, SIGINT]
  ) {
    self.stopFile = stopFile
    let now = ContinuousClock.now
    deadline = timeLimit.map { now + $0 }
    nextLook = now
    for signal in signals where csignals_remember(signal) != 0 {
      preconditionFailure("signal \(signal) cannot be caught: errno \(errno)")
    }
  }

  /// What this rank alone has noticed so far; it stays.
  ///
  /// - Complexity: a flag and a clock, well below a microsecond; the file system is asked
  ///   at most once a second.
  package mutating func noticedHere() -> Reason? {
    let signal = csignals_received()
    if signal != 0 {
      noticed = signal == SIGINT ? .interrupt : .signal
    } else if noticed == nil {
      let now = ContinuousClock.now
      if let deadline, now >= deadline {
        noticed = .timeLimit
      } else if let stopFile, now >= nextLook {
        nextLook = now + .seconds(1)
        if access(stopFile, F_OK) == 0 { noticed = .stopFile }
      }
    }
    return noticed
  }

  /// What any rank has noticed, the same on all of them.
  ///
  /// A loop that reduces something in every iteration anyway can send `rawValue` of
  /// `noticedHere()` along instead.
  ///
  /// - Returns: nil to go on.
  /// - Throws: what the group's communication throws.
  /// - Collective: every rank of the group must call it.
  package mutating func agreed(
    by group: borrowing some RankGroup & ~Copyable
  ) throws -> Reason? {
    Reason(rawValue: try group.maximum(noticedHere()?.rawValue ?? 0))
  }
}

/// The end of a run that stopped at a checkpoint and can be resumed.
package struct Stopped: ExitCoded, Equatable {
  package let reason: StopRequest.Reason

  package init(_ reason: StopRequest.Reason) { self.reason = reason }

  package var exitCode: Int32 { ExitCode.stopped }

  package var description: String {
    let remedy = reason == .stopFile ? "remove it, and the same command" : "the same command"
    return "stopped at a checkpoint because of \(reason.cause); \(remedy) resumes the run"
  }
}

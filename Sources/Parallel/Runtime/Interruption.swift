internal import CSignals
internal import Glibc

/// How signals end the process: at once, but without a trace of files that are not complete.
///
/// Ctrl-C, SIGTERM, SIGUSR1 and the end of the terminal come anywhere, in a library or while
/// ranks wait for each other. A run that has nothing to keep ends right there, from the signal
/// handler: one line on standard error, exit code 128 + n. A run that has asks a `StopRequest`.
package enum Interruption {
  /// What every command says unless it knows better.
  package static let usualFarewell = ": ended before it was done; nothing incomplete is left"

  /// From now on these signals end the process.
  ///
  /// - Parameter speaks: whether this process tells, one of all ranks.
  package static func endsProcess(speaks: Bool) {
    describe(speaks ? usualFarewell : "")
    for signal in [SIGINT, SIGTERM, SIGUSR1, SIGHUP] where csignals_end_on(signal) != 0 {
      preconditionFailure("signal \(signal) cannot be caught: errno \(errno)")
    }
  }

  /// What is written when a signal ends the process, after its name; "" for nothing.
  package static func describe(_ farewell: String) { csignals_farewell(farewell) }

  /// What is written when the first signal is remembered, after its name; "" for nothing.
  package static func acknowledge(_ text: String) { csignals_acknowledge(text) }

  /// The end is decided: launchers send SIGTERM to ranks that are still on their way out.
  package static func endsQuietly(exitCode: Int32) { csignals_end_quietly(exitCode) }

  /// Ends this process at once, from any thread, as a signal would.
  package static func endNow(exitCode: Int32, saying message: String) -> Never {
    csignals_end_now(exitCode, message)
  }

  /// A file that is not complete: it does not outlive a signal.
  package struct Discard {
    private let place: Int32

    /// Removes the file should a signal end the process.
    package init(_ path: String) { place = csignals_discard_at_end(path) }

    /// The file has been removed, or has its name.
    package func cancel() { csignals_forget_file(place) }
  }
}

internal import Collectives
internal import Foundation
private import Synchronization

/// Standard output, whose failures are not lost: the work goes on, as its result may be worth
/// more than its words, and the program ends with an error.
enum StandardOutput {
  private static let writing = Mutex(())

  /// Readies the process for writes that fail; to be called before anything is opened.
  ///
  /// A file beyond the limit of sizes (`ulimit -f`) is an error like a full disk, in place of a
  /// signal that ends the process. A standard stream that the caller has closed is taken, or
  /// the next file that is opened would get its number, and with it what is printed.
  static func prepare() {
    signal(SIGXFSZ, SIG_IGN)
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(stream, F_GETFD) == -1 && errno == EBADF {
      // What is opened takes the lowest number. Only standard error may be lost unnoticed.
      _ = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes a text at once, in one piece; a reader that has gone ends the process as usual.
  static func write(_ text: String) {
    writing.withLock { _ in
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count)
        }
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno == EPIPE {
          // Libraries may have chosen to hear of it.
          signal(SIGPIPE, SIG_DFL)
          raise(SIGPIPE)
        } else if errno == EAGAIN {
          usleep(1000)
        } else if errno != EINTR {
          return WriteFailures.note("cannot write to standard output: \(lastSystemError())")
        }
      }
    }
  }
}

/// What could not be written beside the result, which ends the program with an error once
/// its work is done.
enum WriteFailures {
  private static let first = Mutex<String?>(nil)

  /// Remembers a failure; the first one is reported.
  static func note(_ message: String) {
    first.withLock { $0 = $0 ?? message }
  }

  /// Throws the first failure of this process.
  static func throwFirst() throws {
    guard let message = first.withLock({ $0 }) else { return }
    throw CommandLineError(exitCode: ExitCode.inputOutput, description: message)
  }
}

/// The text of the last failed system call.
func lastSystemError() -> String { String(cString: strerror(errno)) }

/// The system's words for an error of Foundation's, which hides them.
func reason(of error: any Error) -> String {
  let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
  guard let inner, inner.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
  return String(cString: strerror(Int32(inner.code)))
}

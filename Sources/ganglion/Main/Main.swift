internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import MPI
internal import Results
internal import Runtime

/// Parses the command line, starts the ranks and runs the sub-command on them.
@main
enum Main {
  static func main() {
    StandardOutput.prepare()
    let speaks = LaunchEnvironment.current.isFirstProcess
    Interruption.endsProcess(speaks: speaks)
    MemoryLimit.explainCrashes()
    switch Result(catching: { try ParsedCommand.parse(arguments) }) {
    case .success(let command as any GroupCommand):
      runSPMD { world in
        try command.files.require(on: world)
        try command.run(on: world)
        try world.agreeOnRoot { try WriteFailures.throwFirst() }
      }
    case .success(let command as any LocalCommand):
      if speaks { perform(command) }
    case .success(var command):
      // Of the parser's own, such as help, which throws the page that was asked for.
      do {
        try command.run()
      } catch {
        if speaks { show(error) }
      }
    case .failure(let error as any ExitCoded):
      runSPMD { _ in throw error }
    case .failure(let error):
      // Help and version: nothing to agree on, so MPI is not needed.
      if speaks { show(error) }
    }
  }

  /// The command line after the program's name, with `--flag -1` written as `--flag=-1`: the parser
  /// would take the number for a flag of its own, and complain of a missing value.
  static var arguments: [String] {
    CommandLine.arguments.dropFirst().reduce(into: []) { result, argument in
      if argument.hasPrefix("-"), Double(argument) != nil, let flag = result.last,
        flag.hasPrefix("--"), !flag.contains("=")
      {
        result[result.count - 1] = "\(flag)=\(argument)"
      } else {
        result.append(argument)
      }
    }
  }

  /// Runs a command that needs no ranks, and ends the program if it fails.
  private static func perform(_ command: any LocalCommand) {
    exitIfThrows {
      try command.perform()
      try WriteFailures.throwFirst()
    }
  }

  /// Prints the page that the parser has in place of a command.
  private static func show(_ page: any Error) {
    StandardOutput.write(GanglionCommand.fullMessage(for: page) + "\n")
    exitIfThrows { try WriteFailures.throwFirst() }
  }

  private static func exitIfThrows(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      StandardError.write("ganglion: error: \(error)")
      MemoryLimit.exitIsOurs()
      exit(ExitCode.of(error))
    }
  }
}

/// A command line or configuration file that asks for something that cannot be done.
struct CommandLineError: ExitCoded {
  let exitCode: Int32
  let description: String

  /// Flags that contradict themselves or each other.
  static func usage(_ description: String) -> CommandLineError {
    CommandLineError(exitCode: ExitCode.usage, description: description)
  }
}

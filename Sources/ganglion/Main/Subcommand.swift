internal import Collectives
internal import Foundation
internal import Runtime

/// A command that this program starts, with what a launcher has put into the environment of
/// this process left out: it would take the command for one of this process's own ranks.
struct Subcommand {
  private let process = Process()

  /// Prepares a command.
  ///
  /// `output` is where both of its outputs go; nil for those of this program, or the pipe
  /// that `output()` reads.
  init(_ command: [String], environment added: [String: String] = [:], output: URL? = nil) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
      !LaunchEnvironment.belongsToRank(name)
    }
    process.environment = inherited.merging(added) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    if let output {
      guard FileManager.default.createFile(atPath: output.path, contents: nil),
        let handle = FileHandle(forWritingAtPath: output.path)
      else {
        throw CommandLineError(
          exitCode: ExitCode.cannotCreate,
          description: "cannot create \(output.path): \(lastSystemError())")
      }
      process.standardOutput = handle
      process.standardError = handle
    }
  }

  /// Runs it; its exit code, 128 + n where signal n ended it.
  ///
  /// `isUnwanted` is asked every 50 ms; once it says yes the command is terminated: nil.
  func run(isUnwanted: () -> Bool) throws -> Int32? {
    try process.run()
    while process.isRunning {
      if isUnwanted() {
        process.terminate()
        for _ in 0..<100 where process.isRunning { usleep(100_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return nil
      }
      usleep(50_000)
    }
    return process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
  }

  /// Runs it, and returns what it prints; nil if it fails.
  func output() throws -> String? {
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
  }
}

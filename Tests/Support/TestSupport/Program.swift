internal import Foundation

/// What a program printed, and how it ended.
package struct ProgramResult: Sendable {
  package let status: Int32
  package let output: String
}

/// Runs a program found in `PATH` to its end; standard error joins the output.
package func run(_ program: String, _ arguments: [String]) throws -> ProgramResult {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return ProgramResult(
    status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
}

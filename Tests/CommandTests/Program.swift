import Foundation
import TestSupport
import Testing

/// The release build of the program, if it is there, which Scripts/test makes first; or what
/// GANGLION_PROGRAM says.
nonisolated let program: String? = {
  let path =
    ProcessInfo.processInfo.environment["GANGLION_PROGRAM"]
    ?? checkout + "/.build/release/ganglion"
  return FileManager.default.isExecutableFile(atPath: path) ? path : nil
}()

/// Everything that runs the program, one test at a time: HDF5 is not re-entrant, and the
/// machine may have few cores.
@Suite(
  .serialized,
  .enabled(
    if: program != nil, "no .build/release/ganglion: swift build -c release --static-swift-stdlib"))
struct CommandTests {}

/// Runs the program on a number of ranks under mpirun, or without a launcher.
func ganglion(
  _ arguments: [String], ranks: Int? = nil, timeout: Int = 60,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> LaunchResult {
  let program = try #require(program, sourceLocation: sourceLocation)
  return try launch(ranks: ranks, command: [program] + arguments, timeout: timeout)
}

/// Runs the program and expects it to do its job.
@discardableResult
func succeed(
  _ arguments: [String], ranks: Int? = nil, timeout: Int = 60,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
  let result = try ganglion(arguments, ranks: ranks, timeout: timeout)
  try #require(
    result.status == 0, "\(arguments): exit \(result.status)\n\(result.output)\(result.errors)",
    sourceLocation: sourceLocation)
  return result.output
}

/// Expects the program to refuse its job alone and on 3 ranks: one message that holds all of
/// `texts`, the exit code, no hang, and nothing new in the folder.
func expectRefusal(
  _ arguments: [String], _ code: Int32, _ texts: String..., in folder: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  for ranks in [nil, 3] {
    let result = try ganglion(arguments, ranks: ranks, timeout: 30)
    let name: Comment = "\(arguments) on \(ranks ?? 1) ranks: \(result.status) \(result.errors)"
    #expect(result.status == code, name, sourceLocation: sourceLocation)
    let messages = result.errors.components(separatedBy: "ganglion: error: ").count - 1
    #expect(messages == 1, name, sourceLocation: sourceLocation)
    if ranks == nil {
      // Alone nobody else speaks: mpirun adds that a process ended with an exit code.
      #expect(
        result.errors.hasPrefix("ganglion: error: "), name, sourceLocation: sourceLocation)
    }
    for text in texts {
      #expect(result.errors.contains(text), name, sourceLocation: sourceLocation)
    }
    #expect(result.seconds < 20, name, sourceLocation: sourceLocation)
    let after = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(after == before, name, sourceLocation: sourceLocation)
  }
}

internal import Foundation
package import MPI
internal import Synchronization

/// True in a process that runs rank tests: one that mpirun started, or a lone rank.
package let isUnderLauncher: Bool = {
  let environment = ProcessInfo.processInfo.environment
  return environment["OMPI_COMM_WORLD_SIZE"] != nil || environment["GANGLION_RANK_TESTS"] != nil
}()

/// What a launched job left behind.
package struct LaunchResult: Sendable {
  package let status: Int32
  package let output: String
  package let errors: String
  package let seconds: Double
}

/// One job at a time: the machine may have few cores.
private let launching = Mutex(())

/// Runs tests of this binary under mpirun.
///
/// - Parameters:
///   - ranks: how many, more than cores too.
///   - filter: which tests, as for `swift test --filter`, e.g. `MPITests.RankTests`.
///   - environment: variables added to those of this process.
///   - timeout: seconds until mpirun ends the job.
/// - Returns: exit status, output and duration.
/// - Throws: what `Process` throws if there is no mpirun.
package func launch(
  ranks: Int, filter: String, environment: [String: String] = [:], timeout: Int = 60
) throws -> LaunchResult {
  try launch(
    ranks: ranks,
    command: [
      CommandLine.arguments[0], "--testing-library", "swift-testing", "--filter", filter,
    ], environment: environment, timeout: timeout)
}

/// Runs any command under mpirun (see `launch(ranks:filter:)`).
package func launch(
  ranks: Int, command: [String], environment: [String: String] = [:], timeout: Int = 60
) throws -> LaunchResult {
  try launching.withLock { _ in
    var variables = ProcessInfo.processInfo.environment
    // The ranks share few cores: they must not spin while they wait, nor be bound.
    variables["OMPI_MCA_mpi_yield_when_idle"] = "1"
    variables["OPENBLAS_NUM_THREADS"] = "1"
    if getuid() == 0 {
      variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    variables.merge(environment) { _, new in new }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      [
        "mpirun", "-n", "\(ranks)", "--oversubscribe", "--bind-to", "none",
        "--timeout", "\(timeout)",
      ] + command
    process.environment = variables
    // Files, not pipes: a full pipe would block the ranks.
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("ganglion-launch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("stdout")
    let errors = folder.appendingPathComponent("stderr")
    for file in [output, errors] {
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    let start = ContinuousClock.now
    try process.run()
    process.waitUntilExit()
    let elapsed = ContinuousClock.now - start
    return LaunchResult(
      status: process.terminationStatus,
      output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8),
      seconds: Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
  }
}

/// All ranks that mpirun started this test process with; finalised when it exits.
package func testWorld() throws -> Communicator {
  _ = startedOnce
  return try Communicator.world()
}

private let startedOnce: Void = {
  do {
    try startMPI()
    atexit { finishMPI() }
  } catch {
    fatalError("\(error)")
  }
}()

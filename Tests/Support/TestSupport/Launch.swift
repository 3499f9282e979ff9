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

/// Runs any command under mpirun (see `launch(ranks:filter:)`), or without a launcher where
/// `ranks` is nil.
package func launch(
  ranks: Int?, command: [String], environment: [String: String] = [:], timeout: Int = 60
) throws -> LaunchResult {
  let launcher =
    ranks.map {
      ["mpirun", "-n", "\($0)", "--oversubscribe", "--bind-to", "none", "--timeout", "\(timeout)"]
    } ?? ["timeout", "\(timeout)"]
  return try launching.withLock { _ in
    let job = try Job(launcher + command, environment: environment)
    return try job.finish()
  }
}

/// Starts any command under mpirun and lets `body` watch it by its process number, then waits.
package func launch(
  ranks: Int, command: [String], timeout: Int = 60,
  watching body: (_ launcher: Int32) throws -> Void
) throws -> LaunchResult {
  try launching.withLock { _ in
    let job = try Job(
      [
        "mpirun", "-n", "\(ranks)", "--oversubscribe", "--bind-to", "none",
        "--timeout", "\(timeout)",
      ] + command, environment: [:])
    try body(job.process.processIdentifier)
    return try job.finish()
  }
}

/// Starts any command without a launcher and lets `body` watch it, then waits.
package func launch(
  command: [String], watching body: (_ process: Int32) throws -> Void
) throws -> LaunchResult {
  try launching.withLock { _ in
    let job = try Job(command, environment: [:])
    try body(job.process.processIdentifier)
    return try job.finish()
  }
}

/// A running command and the files that it prints to.
private struct Job: ~Copyable {
  let process = Process()
  private let folder: URL
  private let start = ContinuousClock.now

  init(_ command: [String], environment: [String: String]) throws {
    var variables = ProcessInfo.processInfo.environment
    // The ranks share few cores: they must not spin while they wait, nor be bound.
    variables["OMPI_MCA_mpi_yield_when_idle"] = "1"
    variables["OPENBLAS_NUM_THREADS"] = "1"
    // What is started chooses its BLAS kernels itself, unless a test says so.
    variables["OPENBLAS_CORETYPE"] = nil
    if getuid() == 0 {
      variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    variables.merge(environment) { _, new in new }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = variables
    // Files, not pipes: a full pipe would block the ranks.
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("ganglion-launch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["stdout", "stderr"] {
      let file = folder.appendingPathComponent(name)
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(
      forWritingTo: folder.appendingPathComponent("stdout"))
    process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("stderr"))
    // Threads that run tests block signals, and children inherit that: mpirun would hear none.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Waits for the end.
  func finish() throws -> LaunchResult {
    process.waitUntilExit()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    func text(_ name: String) throws -> String {
      try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }
    return LaunchResult(
      status: process.terminationStatus, output: try text("stdout"), errors: try text("stderr"),
      seconds: seconds)
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

internal import Collectives
internal import Foundation
internal import Runtime
internal import Scalability
internal import Wording

/// The nodes and cores at hand, as Slurm or this host has them.
struct Allocation {
  /// nil: all ranks on this host.
  let ranksPerNode: Int?
  let nodes: Int

  init(ranksPerNode: Int?) {
    let job = LaunchEnvironment.current
    let nodes = job.slurmNodes ?? 1
    self.nodes = nodes
    self.ranksPerNode = ranksPerNode ?? job.slurmTasks.map { max(1, $0 / nodes) }
  }

  /// Powers of two and all: of the nodes of the Slurm job, or of the cores of this host.
  func defaultRanks(threads: Int) -> [Int] {
    let most =
      ranksPerNode != nil ? nodes : max(1, ProcessInfo.processInfo.activeProcessorCount / threads)
    var counts: [Int] = []
    var count = 1
    while count < most {
      counts.append(count)
      count *= 2
    }
    return (counts + [most]).map { $0 * (ranksPerNode ?? 1) }
  }
}

/// Runs what is still missing of a study.
struct StudyRuns {
  let study: Study
  let launcher: Launcher
  let allocation: Allocation
  let runs: Int
  let console: Console

  /// Runs of one shape are spread over the study, so that slow drifts of the machine hit
  /// all shapes alike.
  ///
  /// - Throws: `Stopped`; `CommandLineError` with the exit code of a run that is at fault
  ///   itself, or if no shape ran at all.
  func run(_ points: [StudyPoint], maxTime: Double?) throws {
    var stop = StopRequest(timeLimit: maxTime.map { .seconds(60 * $0) })
    let log = try RunLog(path: study.folder + "/study.jsonl", group: SingleRank())
    var failed: [StudyPoint: Int32] = [:]
    for run in 0...runs {
      for point in points where failed[point] == nil {
        guard study.measurement(point, run: run) == nil else { continue }
        let code = try self.run(point, run: run, stop: &stop)
        // Ctrl-C ends the job as well as the study.
        if let reason = stop.noticedHere(), code != 0 { throw Stopped(reason) }
        if let code, code != 0 {
          try throwIfAtFault(point, code)
          failed[point] = code
          console.say(
            "\(point.label) does not run (exit code \(code)), and is left out; its output is "
              + "in \(output(point))")
          continue
        }
        log.write("progress", ["run": run, "ranks": point.ranks, "threads": point.threads])
        let seconds = study.measurement(point, run: run).map { String(format: "%.2f", $0.seconds) }
        console.say("\(point.label), \(run == 0 ? "warm-up" : "run \(run)"): \(seconds ?? "?") s")
      }
    }
    if failed.count == points.count {
      throw CommandLineError(
        exitCode: ExitCode.internalError, description: "no shape of the job runs: see above")
    }
  }

  private func output(_ point: StudyPoint) -> String { "\(study.folder)/\(point.name).out" }

  /// Mistakes in the job are not a matter of its size.
  private func throwIfAtFault(_ point: StudyPoint, _ code: Int32) throws {
    guard (64...73).contains(code) && code != ExitCode.internalError || code == 78 || code == 1
    else { return }
    let text = (try? String(contentsOfFile: output(point), encoding: .utf8)) ?? ""
    let message = text.split(separator: "\n").first { $0.contains("ganglion: error: ") }
    throw CommandLineError(
      exitCode: code,
      description: "the job fails with exit code \(code): "
        + (message.map { String($0).replacing("ganglion: error: ", with: "") }
          ?? "see \(output(point))"))
  }

  /// One run; its exit code, nil if it was stopped.
  private func run(_ point: StudyPoint, run: Int, stop: inout StopRequest) throws -> Int32? {
    let recording = try makeRecording(point, stop: &stop)
    let job = study.description.job.map {
      point.filled(in: $0).replacing("{recording}", with: recording)
    }
    let log = study.log(point, run: run)
    let result = "\(study.folder)/\(point.name).h5"
    for old in [log + ".part", result] { try? FileManager.default.removeItem(atPath: old) }
    let command = try Subcommand(
      launch(point) + [Self.program] + job + [
        "-o", result, "--log", log + ".part", "--threads", "\(point.threads)", "--quiet",
      ], environment: environment(point), output: URL(fileURLWithPath: output(point)))
    let code = try command.run { stop.noticedHere() != nil }
    try? FileManager.default.removeItem(atPath: result)
    guard code == 0 else { return code }
    // Only a whole log counts, also if this is killed.
    guard let data = FileManager.default.contents(atPath: log + ".part"),
      let measured = RunMeasurement(log: data), measured.point == point
    else {
      throw CommandLineError(
        exitCode: ExitCode.internalError,
        description: """
          the launcher did not start \(counted(point.ranks, "rank")) of \
          \(counted(point.threads, "thread")): see \(log).part and \(output(point))
          """)
    }
    try FileManager.default.moveItem(atPath: log + ".part", toPath: log)
    try? FileManager.default.removeItem(atPath: output(point))
    return 0
  }

  /// The recording of a point; it is made once, and the same for all where work is fixed.
  private func makeRecording(_ point: StudyPoint, stop: inout StopRequest) throws -> String {
    guard let generate = study.description.generate else { return "" }
    let isWeak = study.description.kind == .weak
    let path = study.folder + (isWeak ? "/recording-\(point.cores).h5" : "/recording.h5")
    guard !FileManager.default.fileExists(atPath: path) else { return path }
    let words = point.filled(in: generate).split(separator: " ").map(String.init)
    let output = URL(fileURLWithPath: self.output(point))
    let code = try Subcommand(
      [Self.program, "generate"] + words + ["-o", path, "--quiet"], output: output
    ).run { stop.noticedHere() != nil }
    guard let code else { throw Stopped(stop.noticedHere() ?? .signal) }
    if code != 0, let reason = stop.noticedHere() { throw Stopped(reason) }
    if code != 0 {
      try throwIfAtFault(point, code)
      throw CommandLineError(
        exitCode: ExitCode.internalError, description: "--generate fails: see \(output.path)")
    }
    return path
  }

  /// This program's own file.
  private static let program = Companion.program.path

  private func environment(_ point: StudyPoint) -> [String: String] {
    var added = [
      "OPENBLAS_NUM_THREADS": "\(point.threads)", "OMP_NUM_THREADS": "\(point.threads)",
    ]
    let own = ProcessInfo.processInfo.environment
    if own["OMPI_MCA_io"] == nil { added["OMPI_MCA_io"] = "^ompio" }
    return added
  }

  /// The launcher's part of the command line.
  private func launch(_ point: StudyPoint) -> [String] {
    if launcher == .srun {
      let nodes = allocation.ranksPerNode.map { (point.ranks + $0 - 1) / $0 } ?? 1
      return [
        "srun", "--mpi=\(Launcher.srunMPI)", "--cpu-bind=cores", "--kill-on-bad-exit=1",
        "--nodes=\(nodes)",
        "--ntasks=\(point.ranks)", "--cpus-per-task=\(point.threads)",
      ]
    }
    let start = ["mpirun", "-n", "\(point.ranks)"]
    // Unbound, the ranks at least share what there is; the report says that they do.
    let isShared =
      allocation.ranksPerNode == nil
      && point.cores > ProcessInfo.processInfo.activeProcessorCount
    if Launcher.isHydra {
      let each = allocation.ranksPerNode.map { ["-ppn", "\(min($0, point.ranks))"] } ?? []
      return start + each + ["-bind-to", isShared ? "none" : "core:\(point.threads)"]
    }
    if let each = allocation.ranksPerNode {
      return start + [
        "--bind-to", "core:overload-allowed", "--map-by",
        "ppr:\(min(each, point.ranks)):node:PE=\(point.threads)",
      ]
    }
    return isShared
      ? start + ["--oversubscribe", "--bind-to", "none"]
      : start + ["--map-by", "slot:PE=\(point.threads)", "--bind-to", "core"]
  }
}

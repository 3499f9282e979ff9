internal import Collectives
internal import Foundation
internal import Scalability

/// Submits the missing shapes of a study to Slurm, a job each, so that small jobs need not
/// wait for the nodes of large ones.
struct StudySubmission {
  let study: Study
  let jobFile: String
  let sbatchFlags: [String]
  let ranksPerNode: Int
  let runs: Int

  /// Submits what is neither done nor in the queue.
  func submit(_ points: [StudyPoint], console: Console) throws {
    guard FileManager.default.fileExists(atPath: jobFile) else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput,
        description: "\(jobFile): no such job file; give another --job-file")
    }
    for point in points {
      let note = "\(study.folder)/\(point.name).job"
      if study.isDone(point, runs: runs) {
        console.say("\(point.label): done")
        continue
      }
      if let earlier = try? String(contentsOfFile: note, encoding: .utf8),
        let state = try Subcommand(["squeue", "-h", "-o", "%T", "-j", earlier]).output(),
        !state.isEmpty
      {
        console.say("\(point.label): job \(earlier) is \(state.lowercased().prefix { $0 != "\n" })")
        continue
      }
      let number = try submit(point)
      do {
        try number.write(toFile: note, atomically: true, encoding: .utf8)
      } catch {
        throw CommandLineError(
          exitCode: ExitCode.inputOutput,
          description: "job \(number) is submitted, but \(note) cannot be written: "
            + reason(of: error))
      }
      console.say("\(point.label): submitted as job \(number)")
    }
    console.next("ganglion", "scaling", study.folder, "--collect")
  }

  private func submit(_ point: StudyPoint) throws -> String {
    let each = min(ranksPerNode, point.ranks)
    var command = [
      "sbatch", "--parsable", "--nodes=\((point.ranks + each - 1) / each)",
      "--ntasks-per-node=\(each)", "--cpus-per-task=\(point.threads)",
    ]
    command +=
      sbatchFlags + [
        jobFile, study.folder, "--ranks", "\(point.ranks)", "--threads", "\(point.threads)",
        "--runs", "\(runs)",
      ]
    if study.description.kind == .weak { command.append("--weak") }
    if let generate = study.description.generate { command += ["--generate", generate] }
    command += ["--"] + study.description.job
    let text = try Subcommand(command).output()
    guard let first = text?.split(whereSeparator: { "; \n".contains($0) }).first else {
      throw CommandLineError(
        exitCode: ExitCode.internalError,
        description: "sbatch refuses the job: \(command.joined(separator: " "))")
    }
    return String(first)
  }
}

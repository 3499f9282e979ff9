internal import Collectives
internal import HDF5
internal import MPI
internal import Machine
internal import Recordings
internal import Results
internal import Runtime
internal import Training

extension AgainstRun {
  /// Writes the runs that are over, where a result is wanted.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(
    _ comparison: Comparison, _ prepared: Prepared, stoppedBy reason: StopRequest.Reason?,
    on world: borrowing Communicator
  ) throws {
    guard let output = command.output, !comparison.runs.isEmpty else { return }
    let provenance = Provenance(
      ranks: world.size, threads: session.threads, kernels: try world.kernelFamilies(),
      seed: Int(clamping: command.optimizer.seed), configuration: try prepared.record.json)
    var file = try ResultFile.create(output, on: world, provenance: provenance)
    try file.contents.setAttribute("task", command.task.rawValue)
    try file.contents.setAttribute("precision", command.precision.rawValue)
    try file.contents.setAttribute("completed", reason == nil ? 1 : 0)
    try file.contents.setAttribute("run_time", command.comparison.runTime)
    let table = ComparisonFile(comparison)
    try table.writeRuns(to: &file)
    try table.writeTuning(to: &file)
    try table.writeCurves(to: &file)
    try file.finish(on: world)
  }
}

/// The variables of a comparison.
struct ComparisonFile {
  private let comparison: Comparison
  private var counted: [ComparedRun] { comparison.runs.filter { !$0.job.isTuning } }

  init(_ comparison: Comparison) { self.comparison = comparison }

  /// `/comparison`: a row a run that counts.
  func writeRuns(to file: inout ResultFile) throws {
    try file.addDimension("run", count: counted.count, longName: "run that counts")
    try writeTable("comparison", of: counted, over: "run", to: &file)
    func write(_ name: String, _ values: [Double], _ longName: String, units: String = "1") throws {
      try file.write("comparison/\(name)", values, ["run"], units: units, longName: longName)
    }
    try write("score", counted.map(\.score), "the task's first score; NaN if it has none")
    try write(
      "work_space", counted.map { Double($0.workSpace) }, "planned memory of a rank",
      units: "byte")
    try write(
      "diverged", counted.map { $0.isDiverged ? 1 : 0 },
      "1: it ran away, and the loss is the best"
        + " before that")
  }

  /// `/tuning`: a row a run that found settings.
  func writeTuning(to file: inout ResultFile) throws {
    let runs = comparison.runs.filter(\.job.isTuning)
    try file.addDimension("tuning_run", count: runs.count, longName: "run that finds settings")
    try writeTable("tuning", of: runs, over: "tuning_run", to: &file)
    try file.write(
      "tuning/chosen",
      runs.map { comparison.chosen(for: $0.job.method) == $0.job.point ? 1.0 : 0 },
      ["tuning_run"], longName: "1: the settings of the runs that count")
  }

  private func writeTable(
    _ group: String, of runs: [ComparedRun], over dimension: String, to file: inout ResultFile
  ) throws {
    try file.write(
      "\(group)/optimizer", runs.map(\.job.method.rawValue), dimension, longName: "optimiser")
    func write(_ name: String, _ values: [Double], _ longName: String, units: String = "1") throws {
      try file.write(
        "\(group)/\(name)", values, [dimension], units: units, longName: longName)
    }
    try write("seed", runs.map { Double($0.job.seed) }, "seed of every random number")
    try write("loss", runs.map(\.loss), "lowest held-out loss")
    try write(
      "seconds", runs.map(\.seconds), "training time, evaluations not counted", units: "s")
    try write("iterations", runs.map { Double($0.iterations) }, "iterations")
    try write(
      "rate", runs.map(\.settings.rate), "learning rate, NaN if there is none; of force its alpha")
    try write(
      "damping", runs.map { $0.settings.damping ?? .nan }, "damping; NaN where it is not tuned")
  }

  /// `/curve`: held-out losses of all runs that count, one after the other.
  func writeCurves(to file: inout ResultFile) throws {
    let lengths = counted.map(\.evaluation.loss.count)
    try file.addDimension("point", count: lengths.reduce(0, +), longName: "evaluation of a run")
    func write(_ name: String, _ values: [Double], _ longName: String, units: String = "1") throws {
      try file.write("curve/\(name)", values, ["point"], units: units, longName: longName)
    }
    try write(
      "run", zip(lengths.indices, lengths).flatMap { [Double](repeating: Double($0), count: $1) },
      "row of /comparison")
    try write(
      "iteration", counted.flatMap { $0.evaluation.iteration.map(Double.init) }, "iteration")
    try write(
      "elapsed", counted.flatMap(\.evaluation.elapsed), "training time, evaluations not counted",
      units: "s")
    try write("loss", counted.flatMap(\.evaluation.loss), "loss on held-out trials")
  }
}

internal import Collectives
internal import Differentiation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Tasks
internal import Training

/// The result of a training run, as interface describes it.
struct TrainResultFile {
  let task: String
  let precision: String
  let provenance: Provenance
  /// Whether the trials of the evaluations were kept from the training.
  let isHeldOut: Bool

  /// Writes everything; the file appears when it is complete.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(
    _ result: TrainResult, _ outcome: TrainOutcome, peakMemory: Int, to path: String,
    on world: borrowing Communicator
  ) throws {
    var file = try ResultFile.create(path, on: world, provenance: provenance)
    try file.contents.setAttribute("task", task)
    try file.contents.setAttribute("precision", precision)
    try file.contents.setAttribute("completed", outcome.isCompleted ? 1 : 0)
    try file.contents.setAttribute("ended", outcome.words)
    if let until = outcome.until {
      try file.contents.setAttribute("until", until)
      try file.contents.setAttribute("goal_reached", outcome.hasReachedGoal ? 1 : 0)
    }
    try file.contents.setAttribute("diverged", outcome.divergence == nil ? 0 : 1)
    try file.contents.setAttribute("best_iteration", result.bestIteration)
    try file.contents.setAttribute("best_loss", result.bestLoss)
    try file.contents.setAttribute("held_out_trials", isHeldOut ? 1 : 0)
    // Bytes of a rank: the most it held, and what the optimiser planned of it.
    try file.contents.setAttribute("peak_memory", peakMemory)
    try file.contents.setAttribute("work_space", result.bytes)
    try file.addDimension(
      "iteration", values: result.log.iteration.map(Double.init), units: "1",
      longName: "iteration of the optimiser")
    try file.addDimension(
      "evaluation_index", count: result.evaluation.iteration.count, longName: "evaluation")
    try writeLog(result, to: &file)
    for (parameter, place) in zip(result.program.parameters, result.program.parameters.indices) {
      try write(parameter, place, result, to: &file, on: world)
    }
    for score in result.scores {
      try file.write("scores/\(score.name)", [score.value], [], longName: score.meaning)
    }
    try writePictures(result.pictures, to: &file, on: world)
    try file.finish(on: world)
  }

  private func writePictures(
    _ pictures: [Picture], to file: inout ResultFile, on world: borrowing Communicator
  ) throws {
    var known: Set<String> = []
    for picture in pictures {
      let rows = picture.values.count / picture.columnCount
      let sides = [picture.rows, picture.columns].map { "dimensions/example_\($0)" }
      for (name, count) in zip(sides, [rows, picture.columnCount])
      where known.insert(name).inserted {
        try file.addDimension(name, count: count, longName: name)
      }
      let variable = try file.createVariable(
        "example/\(picture.name)", of: Double.self, sides, longName: picture.meaning)
      // The first rank writes all of it; the others take part with nothing.
      var values = Matrix<Double>(
        rows: world.rank == 0 ? rows : 0, columns: picture.columnCount)
      var entries = values.mutableElements
      for i in 0..<entries.count { entries[i] = picture.values[i] }
      try variable.writeBlock(values, row: 0)
      try variable.close()
    }
  }

  private func writeLog(_ result: TrainResult, to file: inout ResultFile) throws {
    let log = result.log
    try file.write("log/iteration", log.iteration, ["iteration"], longName: "iteration")
    try file.write("log/loss", log.loss, ["iteration"], longName: "batch loss before the step")
    try file.write(
      "log/elapsed", log.elapsed, ["iteration"], units: "s",
      longName: "training time, evaluations not counted")
    try file.write("log/damping", log.damping, ["iteration"], longName: "damping of the step")
    try file.write(
      "log/learning_rate", log.learningRate, ["iteration"], longName: "learning rate")
    let evaluation = result.evaluation
    try file.write(
      "evaluation/iteration", evaluation.iteration, ["evaluation_index"], longName: "iteration")
    try file.write(
      "evaluation/loss", evaluation.loss, ["evaluation_index"],
      longName: isHeldOut ? "loss on held-out trials" : "loss on the trials that are trained on")
    if let accuracy = evaluation.accuracy {
      try file.write(
        "evaluation/accuracy", accuracy, ["evaluation_index"],
        longName: "share of decisions on these trials that are right")
    }
    try file.write(
      "evaluation/elapsed", evaluation.elapsed, ["evaluation_index"], units: "s",
      longName: "training time, evaluations not counted")
  }

  private func write(
    _ parameter: Parameter, _ place: Int, _ result: TrainResult, to file: inout ResultFile,
    on world: borrowing Communicator
  ) throws {
    let rows = "dimensions/\(parameter.name)_row"
    let columns = "dimensions/\(parameter.name)_column"
    try file.addDimension(rows, count: parameter.rows, longName: "row of \(parameter.name)")
    try file.addDimension(
      columns, count: parameter.columns, longName: "column of \(parameter.name)")
    let variable = try file.createVariable(
      "parameters/\(parameter.name)", of: Double.self, [rows, columns],
      longName: parameter.isFixed ? "fixed parameter" : "trained parameter")
    // The first rank writes all of it; the others take part with nothing.
    var values = Matrix<Double>(
      rows: world.rank == 0 ? parameter.rows : 0, columns: parameter.columns)
    var entries = values.mutableElements
    for i in 0..<entries.count { entries[i] = result.parameters[parameter.range.lowerBound + i] }
    try variable.writeBlock(values, row: 0)
    try variable.close()
  }
}

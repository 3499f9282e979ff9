internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings
internal import Results
internal import Wording

// Responses to stimulation, foreseen and measured.
extension EvaluateRun {
  /// Frames after the onset at which responses are compared.
  private static var framesAhead: [Int] { [1, 3, 10] }

  /// How well the network foresees the stimulated trials; nil where none were named.
  ///
  /// - Throws: on every rank alike, 65 for cells that are not there or named twice, and for a table
  ///   of which no trial can be compared; what reading it throws.
  /// - Collective: every rank of `world` must call it.
  func perturbedScores(
    of network: borrowing RateNetwork<S>, _ observed: ObservedRates<S>, _ recording: Recording,
    threads: Int, _ console: Console, on world: borrowing Communicator
  ) throws -> PerturbedScores? {
    guard let path = command.perturbed else { return nil }
    let table = try PerturbedTrialTable(path, of: recording, on: world)
    let neurons = try ModelNeurons(of: model, on: world)
    func cells(of row: PerturbedTrialTable.Row) throws -> [Int] {
      do {
        return try neurons.places(of: row.cells, "\(path) line \(row.line): cells")
      } catch let error as CommandLineError {
        // What a table holds is data, not usage.
        throw RecordingError.badData(error.description)
      }
    }
    let trials = try table.rows.map { row in
      PerturbedTrial(
        onset: row.onset, cells: try cells(of: row),
        stimulus: row.amount.map { .current($0, frames: row.frames) } ?? .asRecorded)
    }
    let scores = try PerturbedScores(
      of: network, trials, on: observed, ahead: Self.framesAhead, threads: threads, group: world
    ) { console.progress("perturbed trials", done: $0, of: $1, unit: "trials") }
    guard let scores else {
      throw RecordingError.badData(
        "\(path): of none of its \(trials.count) trials are there a complete frame before the onset"
          + " and \(Self.framesAhead.max() ?? 0) frames after it in one trial of \(recording.path)")
    }
    return scores
  }
}

extension PerturbedScores {
  var lines: [String] {
    let columns = TextColumns([.left(34)] + rows.map { _ in .right(9) }, gap: 1)
    func cells(_ name: String, _ value: (Row) -> Double) -> [String] {
      [name] + rows.map { plain(value($0), digits: 3) }
    }
    let notes = [
      fitted > 0 ? "\(fitted) of them in the fitted frames" : nil,
      leftOut > 0 ? "\(leftOut) left out: too near to a trial's border or a missing value" : nil,
    ].compactMap { $0 }
    return [
      (["responses of the other cells in \(trials) perturbed trials"] + notes)
        .joined(separator: ", ")
    ]
      + [
        ["frames after the onset"] + rows.map { "\($0.ahead)" },
        cells("correlation with the measured", \.correlation),
        cells("slope of the measured", \.slope),
        cells("mse / unperturbed continuation", \.errorRatio),
      ].map { "  " + columns.line($0) }
  }

  var object: [String: Any] {
    [
      "trials": trials, "fitted": fitted, "left_out": leftOut, "ahead": rows.map(\.ahead),
      "correlation": rows.map { jsonNumber($0.correlation) },
      "slope": rows.map { jsonNumber($0.slope) },
      "error_ratio": rows.map { jsonNumber($0.errorRatio) },
    ]
  }
}

extension ResultFile {
  /// Writes `/perturbed/{correlation,slope,error_ratio}` (frames_after_onset) and
  /// `/perturbed/{foreseen,measured}` (frames_after_onset, perturbed_response).
  ///
  /// - Collective: every rank that shares the file must call it.
  mutating func write(_ scores: PerturbedScores, isRoot: Bool) throws {
    try contents.setAttribute("perturbed_trials", scores.trials)
    try contents.setAttribute("perturbed_trials_in_fitted_frames", scores.fitted)
    try addDimension(
      "frames_after_onset", values: scores.rows.map { Double($0.ahead) }, units: "1",
      longName: "frames after the first stimulated one")
    for (name, values, meaning) in [
      (
        "correlation", scores.rows.map(\.correlation),
        "of foreseen and measured responses of the cells that were not stimulated"
      ),
      ("slope", scores.rows.map(\.slope), "of the measured responses over the foreseen ones"),
      (
        "error_ratio", scores.rows.map(\.errorRatio),
        "squared error of the stimulated run / of the unperturbed continuation"
      ),
    ] {
      try write("perturbed/\(name)", values, ["frames_after_onset"], longName: meaning)
    }
    let responses = scores.responses
    try addDimension(
      "perturbed_response", count: responses.count, longName: "a cell in a perturbed trial")
    try write(
      "perturbed/trial", responses.map(\.trial), ["perturbed_response"],
      longName: "row of the table of trials, from 0")
    try write(
      "perturbed/cell", responses.map(\.neuron), ["perturbed_response"],
      longName: "place of the neuron, from 0")
    for (name, values, meaning) in [
      ("foreseen", responses.map(\.foreseen), "stimulated run less the unperturbed one"),
      ("measured", responses.map(\.measured), "recording less the unperturbed run"),
    ] {
      let variable = try createVariable(
        "perturbed/\(name)", of: Double.self, ["frames_after_onset", "perturbed_response"],
        longName: meaning)
      try variable.writeWhole(
        isRoot ? scores.rows.indices.flatMap { place in values.map { $0[place] } } : [])
      try variable.close()
    }
  }
}

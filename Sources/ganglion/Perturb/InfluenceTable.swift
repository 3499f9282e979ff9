internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Wording

/// The candidates ranked by what they do to the read-out, for terminal and file.
struct InfluenceTable {
  let command: PerturbCommand
  let neurons: ModelNeurons
  let readOut: [Int]
  let starts: [Int]
  let influence: Influence
  let expected: ResponseExpectation

  /// The response of the read-out at the last frame, by candidate.
  private var responses: [Double] {
    influence.candidates.indices.map { influence.ofReadOut[command.horizon - 1, $0] }
  }

  /// What the derivative makes of the pulse, by candidate.
  private var linear: [Double] {
    influence.candidates.map { influence.sensitivity[$0] * influence.pulse.amplitude }
  }

  /// Places among the candidates, the strongest response first.
  private var order: [Int] {
    let responses = responses
    return responses.indices.sorted {
      (abs(responses[$1]), $0) < (abs(responses[$0]), $1)
    }
  }

  var text: String {
    let (responses, linear) = (responses, linear)
    let read = Set(readOut)
    func number(_ value: Double) -> String { String(format: "%+.3e", value) }
    let shown = order.prefix(command.top).enumerated().map { place, k in
      let neuron = influence.candidates[k]
      return [
        "\(place + 1)", neurons.labels[neuron] + (read.contains(neuron) ? "*" : ""),
        neurons.regions?[neuron] ?? "", number(responses[k]), number(linear[k]),
      ]
    }
    let rows = [["", "cell", neurons.regions == nil ? "" : "region", "response", "linear"]] + shown
    let columns = TextColumns(
      fitting: rows, [.right, .left, .left, .right, .right], gap: 2)
    let frames = starts.count == 1 ? "frame \(starts[0])" : "\(starts.count) frames, means"
    let shownOf =
      shown.count < responses.count ? ", the strongest \(shown.count)" : ""
    return
      ([
        "read-out \(command.readOut) \(command.horizon) frames after a pulse of"
          + " \(asGiven(command.amount)) into the \(site) of each of \(responses.count) cells"
          + "\(shownOf); from \(frames)"
      ] + rows.map { "  " + columns.line($0) }
      + (read.isDisjoint(with: influence.candidates) ? [] : ["  * part of the read-out"])
      + [expected.text]).joined(separator: "\n")
  }

  private var site: String {
    command.currentFor.map { "current (\($0) frames)" } ?? "rate"
  }

  /// Writes `/sensitivity`, `/response`, `/rank` and `/response_of_cells`.
  ///
  /// `first` is the number of this rank's first neuron.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(
    to path: String, first: Int, on world: borrowing Communicator, provenance: Provenance
  ) throws {
    let isRoot = world.rank == 0
    var file = try ResultFile.create(path, on: world, provenance: provenance)
    try file.contents.setAttribute("read_out", command.readOut)
    if let expected = expected.quality {
      try file.contents.setAttribute("expected_correlation", expected.correlation)
      try file.contents.setAttribute("expected_correlation_least", expected.range.lowerBound)
      try file.contents.setAttribute("expected_correlation_most", expected.range.upperBound)
      try file.contents.setAttribute("expected_correlation_at_best", expected.best)
      try file.contents.setAttribute("expected_frames_per_neuron", expected.framesPerNeuron)
      try file.contents.setAttribute("expected_frames_ahead", expected.ahead)
    }
    try file.addDimension("neuron", labels: neurons.labels, longName: "neuron")
    try file.addDimension(
      "candidate", labels: influence.candidates.map { neurons.labels[$0] },
      longName: "neuron that a pulse drives")
    try file.addDimension(
      "ahead", values: (1...command.horizon).map(Double.init), units: "1",
      longName: "frames ahead of the start")
    try file.addDimension(
      "start", values: starts.map(Double.init), units: "1", longName: "frame of the recording")
    if let regions = neurons.regions {
      try file.write("region", regions, "neuron", longName: "region of the neuron")
    }
    try file.write(
      "sensitivity", influence.sensitivity, ["neuron"],
      longName: "d read-out at the last frame / d amplitude of the pulse")
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0 + 1) })
    try file.write(
      "rank", influence.candidates.indices.map { rank[$0] ?? 0 }, ["candidate"],
      longName: "place by the size of the response of the read-out at the last frame, from 1")
    let response = try file.createVariable(
      "response", of: Double.self, ["ahead", "candidate"],
      longName: "response of the read-out to the pulse")
    try response.writeBlock(isRoot ? influence.ofReadOut.copy() : Matrix(rows: 0, columns: 0))
    try response.close()
    let cells = try file.createVariable(
      "response_of_cells", of: Double.self, ["neuron", "candidate"],
      longName: "response of the neuron at the last frame")
    try file.requireSpace(on: world)
    try cells.writeBlock(influence.ofCells, row: first)
    try cells.close()
    try file.finish(on: world)
  }
}

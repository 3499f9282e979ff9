internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results

/// What a fit keeps of itself: the folds of the search for its settings, and the neurons it solved.
struct FitCheckpoint<S: Scalar & Transferable & Storable> {
  /// The contents.
  struct Kept {
    var search: [SearchMemory.Entry] = []
    /// This rank's, with local indices.
    var panels: [PanelSolution<S>] = []
    /// Neurons solved on all ranks.
    var solved = 0
    /// Runs one after the other that were stopped before they added anything.
    var fruitlessStops = 0
  }

  let file: CheckpointFile
  let local: Range<Int>

  /// The solved neurons of all ranks, numbered among all neurons; beside them `coefficients`,
  /// rows × unknowns.
  private static var neurons: CheckpointTable<SolvedNeuron> {
    CheckpointTable(
      blank: SolvedNeuron(neuron: 0),
      columns: [
        .init("neuron", \.neuron), .init("optimality", \.optimality),
        .init("outcome", \.outcomeCode), .init("iterations", \.iterations),
        .init("clipped", \.clipped), .init("missing", \.missing),
      ])
  }

  /// The panels in which they were solved, in the same order; `trace` has their traces, one
  /// after the other.
  private static var panels: CheckpointTable<PanelExtent> {
    CheckpointTable(
      blank: PanelExtent(),
      columns: [.init("panel_size", \.size), .init("trace_length", \.traceLength)])
  }

  /// The newest whole checkpoint, and notes for the user.
  ///
  /// - Collective: every rank of `world` must call it.
  func read(on world: borrowing Communicator) throws -> (kept: Kept?, notes: [String]) {
    let found = try file.read(on: world) { file in
      var kept = Kept()
      let text = try file.openDataset("search").readStrings().first ?? ""
      kept.search = try Self.decoder.decode([SearchMemory.Entry].self, from: Data(text.utf8))
      let stops = try file.openDataset("fruitless_stops").readStrings().first
      kept.fruitlessStops = stops.flatMap { Int($0) } ?? 0
      if try Self.neurons.isKept(in: file) {
        (kept.panels, kept.solved) = try panels(in: file)
      }
      return kept
    }
    return (found.value, found.notes)
  }

  /// The panels of a checkpoint, cut to this rank's neurons.
  private func panels(in file: borrowing File) throws -> ([PanelSolution<S>], solved: Int) {
    let neurons = try Self.neurons.read(from: file)
    let coefficients = try file.openDataset("coefficients")
    let traces = try file.openDataset("trace")
    var result: [PanelSolution<S>] = []
    var start = 0
    var traceStart = 0
    for panel in try Self.panels.read(from: file) {
      let rows = (start..<(start + panel.size)).filter { local.contains(neurons[$0].neuron) }
      if let first = rows.first, let last = rows.last {
        let range = first..<(last + 1)
        result.append(
          PanelSolution(
            neurons[range].map { $0.shifted(by: -local.lowerBound) },
            coefficients: try coefficients.readBlock(
              rows: range, columns: 0..<coefficients.shape[1], transfer: .independent),
            // One rank only counts the objective of a panel that is cut in two.
            trace: first == start
              ? try traces.read(
                range: traceStart..<(traceStart + panel.traceLength), transfer: .independent)
              : []))
      }
      start += panel.size
      traceStart += panel.traceLength
    }
    return (result, neurons.count)
  }

  /// Writes a checkpoint.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(_ kept: Kept, on world: borrowing Communicator) throws {
    let text = String(decoding: try Self.encoder.encode(kept.search), as: UTF8.self)
    let panels = kept.panels
    let rows = panels.flatMap(\.rows).map { $0.shifted(by: local.lowerBound) }
    let rowShare = try RankShare(rows.count, on: world)
    let panelShare = try RankShare(panels.count, on: world)
    let traceShare = try RankShare(panels.reduce(0) { $0 + $1.trace.count }, on: world)
    let unknowns = try world.maximum(panels.first?.coefficients.columns ?? 0)
    try file.write(on: world) { file in
      try file.createStrings("search", [text]).close()
      try file.createStrings("fruitless_stops", ["\(kept.fruitlessStops)"]).close()
      guard rowShare.total > 0 else { return }
      try Self.neurons.write(rows, rowShare, in: file)
      try Self.panels.write(
        panels.map { PanelExtent(size: $0.rows.count, traceLength: $0.trace.count) }, panelShare,
        in: file)
      try file.writeShare("trace", panels.flatMap(\.trace), traceShare)
      let coefficients = try file.createDataset(
        "coefficients", shape: [rowShare.total, unknowns], of: S.self)
      var row = rowShare.first
      for panel in panels {
        try coefficients.writeBlock(panel.coefficients, row: row, transfer: .independent)
        row += panel.rows.count
      }
      try coefficients.close()
    }
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting = .sortedKeys
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

/// How many of the kept neurons and entries of traces belong to a panel.
private struct PanelExtent {
  var size = 0
  var traceLength = 0
}

extension SolvedNeuron {
  /// The outcome as a number in a file.
  fileprivate var outcomeCode: Int {
    get { outcome.rawValue }
    set { outcome = Outcome(rawValue: newValue) ?? .skipped }
  }

  /// The same with its neuron numbered otherwise.
  fileprivate func shifted(by offset: Int) -> SolvedNeuron {
    var result = self
    result.neuron += offset
    return result
  }
}

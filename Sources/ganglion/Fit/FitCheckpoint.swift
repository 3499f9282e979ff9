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
      if try file.kind(of: "neuron") != nil {
        (kept.panels, kept.solved) = try panels(in: file)
      }
      return kept
    }
    return (found.value, found.notes)
  }

  /// The panels of a checkpoint, cut to this rank's neurons.
  private func panels(in file: borrowing File) throws -> ([PanelSolution<S>], solved: Int) {
    let neurons = try file.openDataset("neuron").read(Int.self)
    let optimality = try file.openDataset("optimality").read(Double.self)
    let outcomes = try file.openDataset("outcome").read(Int.self).map {
      Outcome(rawValue: $0) ?? .skipped
    }
    let iterations = try file.openDataset("iterations").read(Int.self)
    let clipped = try file.openDataset("clipped").read(Int.self)
    let missing = try file.openDataset("missing").read(Int.self)
    let sizes = try file.openDataset("panel_size").read(Int.self)
    let lengths = try file.openDataset("trace_length").read(Int.self)
    let coefficients = try file.openDataset("coefficients")
    let traces = try file.openDataset("trace")
    var result: [PanelSolution<S>] = []
    var start = 0
    var traceStart = 0
    for (size, length) in zip(sizes, lengths) {
      let rows = (start..<(start + size)).filter { local.contains(neurons[$0]) }
      if let first = rows.first, let last = rows.last {
        let range = first..<(last + 1)
        result.append(
          PanelSolution(
            neurons: neurons[range].map { $0 - local.lowerBound },
            coefficients: try coefficients.readBlock(
              rows: range, columns: 0..<coefficients.shape[1], transfer: .independent),
            optimality: Array(optimality[range]), outcomes: Array(outcomes[range]),
            iterations: Array(iterations[range]), clipped: Array(clipped[range]),
            missing: Array(missing[range]),
            // One rank only counts the objective of a panel that is cut in two.
            trace: first == start
              ? try traces.read(
                range: traceStart..<(traceStart + length), transfer: .independent) : []))
      }
      start += size
      traceStart += length
    }
    return (result, neurons.count)
  }

  /// Writes a checkpoint.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(_ kept: Kept, on world: borrowing Communicator) throws {
    let text = String(decoding: try Self.encoder.encode(kept.search), as: UTF8.self)
    let panels = kept.panels
    let rows = try Share(panels.reduce(0) { $0 + $1.neurons.count }, on: world)
    let blocks = try Share(panels.count, on: world)
    let entries = try Share(panels.reduce(0) { $0 + $1.trace.count }, on: world)
    let unknowns = try world.maximum(panels.first?.coefficients.columns ?? 0)
    try file.write(on: world) { file in
      try file.createStrings("search", [text]).close()
      try file.createStrings("fruitless_stops", ["\(kept.fruitlessStops)"]).close()
      guard rows.total > 0 else { return }
      try Self.put(
        "neuron", panels.flatMap { $0.neurons.map { $0 + local.lowerBound } }, rows, in: file)
      try Self.put("optimality", panels.flatMap(\.optimality), rows, in: file)
      try Self.put("outcome", panels.flatMap { $0.outcomes.map(\.rawValue) }, rows, in: file)
      try Self.put("iterations", panels.flatMap(\.iterations), rows, in: file)
      try Self.put("clipped", panels.flatMap(\.clipped), rows, in: file)
      try Self.put("missing", panels.flatMap(\.missing), rows, in: file)
      try Self.put("panel_size", panels.map(\.neurons.count), blocks, in: file)
      try Self.put("trace_length", panels.map(\.trace.count), blocks, in: file)
      try Self.put("trace", panels.flatMap(\.trace), entries, in: file)
      let coefficients = try file.createDataset(
        "coefficients", shape: [rows.total, unknowns], of: S.self)
      var row = rows.first
      for panel in panels {
        try coefficients.writeBlock(panel.coefficients, row: row, transfer: .independent)
        row += panel.neurons.count
      }
      try coefficients.close()
    }
  }

  /// Writes the ranks' parts of a list.
  private static func put<T: Storable>(
    _ name: String, _ values: [T], _ share: Share, in file: borrowing File
  ) throws {
    let dataset = try file.createDataset(name, shape: [share.total], of: T.self)
    try dataset.write(values, at: share.first)
    try dataset.close()
  }

  /// This rank's part of a list that the ranks write together.
  private struct Share {
    let first: Int
    let total: Int

    /// - Collective: every rank of `group` must call it.
    init(_ own: Int, on group: borrowing some RankGroup & ~Copyable) throws {
      let counts = try group.gather(own)
      first = counts[..<group.rank].reduce(0, +)
      total = counts.reduce(0, +)
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

package import Collectives
internal import Foundation
package import HDF5
package import LinearAlgebra
internal import Recordings

/// The true network of a generated recording, read by rows: `/truth/W`, `/truth/W_in`, and what
/// else is known of it.
///
/// Its neurons are those of the file, or some of them once it was `restricted`.
package struct TruthFile: Sendable {
  package let path: String
  package private(set) var neurons: Int
  /// 0 where the file has no `/truth/W_in`.
  package let inputs: Int
  /// Outputs of the task, 0 where the file has no `/truth/W_out`.
  package let outputs: Int
  /// Cells of the whole network, of which the file has all or some.
  package let cells: Int
  /// Whether currents leak, else rates.
  package let leaksCurrents: Bool
  /// Whether each neuron has a leak of its own in the file.
  package let hasLeaks: Bool
  /// Places in the file of the neurons, where they are not all of it in its order.
  package private(set) var places: [Int]?
  /// Neurons in the file.
  private let columns: Int

  /// Whether the file knows the network whole.
  package var isWhole: Bool { cells == columns }
  /// The same file with all of its neurons.
  package var unrestricted: TruthFile {
    var all = self
    (all.neurons, all.places) = (columns, nil)
    return all
  }

  /// Looks for the truth in a file; nil if it holds none.
  ///
  /// - Throws: on every rank alike, exit code 66 if there is no such file, 65 if it cannot be
  ///   read.
  /// - Collective: every rank of `group` must call it.
  package static func find(
    in path: String, on group: borrowing some RankGroup & ~Copyable
  ) throws -> TruthFile? {
    var sizes = [-1, 0, 0, 0, 0, 0]
    try group.agreeOnRoot { sizes = try Self.sizes(in: path) }
    try group.broadcast(&sizes)
    guard sizes[0] >= 0 else { return nil }
    return TruthFile(
      path: path, neurons: sizes[0], inputs: sizes[1], outputs: sizes[2], cells: sizes[3],
      leaksCurrents: sizes[4] == 1, hasLeaks: sizes[5] == 1, columns: sizes[0])
  }

  /// The truth of the neurons of these names; nil where the file has not all of them.
  ///
  /// Numbers from 0 on, which every file has, name nobody: where one side has only these, as many
  /// neurons are the same ones in order.
  ///
  /// - Collective: every rank of `group` must call it.
  package func restricted(
    to names: [String], on group: borrowing some RankGroup & ~Copyable
  ) throws -> TruthFile? {
    guard names.count <= columns else { return nil }
    guard names != names.indices.map(String.init) else {
      return names.count == columns ? unrestricted : nil
    }
    var found = Array(0..<names.count)
    try group.agreeOnRoot {
      let known = try self.names()
      guard names.count < columns || known != known.indices.map(String.init) else { return }
      let place = Dictionary(
        zip(known, known.indices), uniquingKeysWith: { first, _ in first })
      found = names.map { place[$0] ?? -1 }
    }
    try group.broadcast(&found)
    guard !found.contains(-1) else { return nil }
    if found == Array(0..<columns) { return unrestricted }
    var part = self
    (part.neurons, part.places) = (names.count, found)
    return part
  }

  /// Neurons (−1: there is no truth), inputs, outputs, cells, whether currents leak, and whether
  /// the leaks are there.
  private static func sizes(in path: String) throws -> [Int] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw RecordingError.missing("\(path): no such file")
    }
    guard File.isHDF5(path) else { return [-1, 0, 0, 0, 0, 0] }
    do {
      let file = try File.open(path)
      guard try file.kind(of: "/truth/W") == .dataset else {
        return [-1, 0, 0, 0, 0, 0]
      }
      let shape = try file.openDataset("/truth/W").shape
      guard shape.count == 2, shape[0] == shape[1] else {
        throw RecordingError.badData(
          "\(path): /truth/W has shape \(shape), where (neuron, presyn) is needed")
      }
      let hasInputs = try file.kind(of: "/truth/W_in") == .dataset
      let hasOutputs = try file.kind(of: "/truth/W_out") == .dataset
      return [
        shape[0], hasInputs ? try file.openDataset("/truth/W_in").shape[1] : 0,
        hasOutputs ? try file.openDataset("/truth/W_out").shape[0] : 0,
        try file.attribute("truth_cells")?.number.map { Int($0) } ?? shape[0],
        try file.attribute("truth_leak")?.string == "currents" ? 1 : 0,
        try file.kind(of: "/truth/alpha") == .dataset ? 1 : 0,
      ]
    } catch let error as HDF5Error {
      throw unreadable(path, error)
    }
  }

  /// The names of the file's neurons, or their numbers.
  private func names() throws -> [String] {
    try reading { file in
      if try file.kind(of: "/neuron") == .dataset {
        let dataset = try file.openDataset("/neuron")
        if case .string = dataset.type { return try dataset.readStrings() }
      }
      return (0..<columns).map(String.init)
    }
  }

  /// Rows of the true W.
  package func readWeights<S: Scalar & Storable>(
    _ rows: Range<Int>, of type: S.Type = S.self
  ) throws -> Matrix<S> {
    let block: Matrix<S> = try read("/truth/W", rows, columns: columns)
    guard let places else { return block }
    return block.selectedColumns(places)
  }

  /// Rows of the true W_in.
  package func readInputWeights<S: Scalar & Storable>(
    _ rows: Range<Int>, of type: S.Type = S.self
  ) throws -> Matrix<S> {
    try read("/truth/W_in", rows, columns: inputs)
  }

  /// The readout of some neurons, outputs × neurons.
  package func readReadout(_ neurons: Range<Int>) throws -> Matrix<Double> {
    let all: Matrix<Double> = try reading {
      try $0.openDataset("/truth/W_out").readBlock(rows: 0..<outputs, columns: 0..<columns)
    }
    return all.selectedColumns(neurons.map(place))
  }

  /// What is wanted of the outputs, frames × outputs.
  package func readTargets() throws -> Matrix<Double> {
    try reading { file in
      let dataset = try file.openDataset("/truth/outputs")
      return try dataset.readBlock(rows: 0..<dataset.shape[0], columns: 0..<outputs)
    }
  }

  /// The leaks of some neurons; nil where the file does not say.
  package func readAlpha(_ neurons: Range<Int>) throws -> [Double]? {
    try reading { file in
      if try file.kind(of: "/truth/alpha") == .dataset {
        let all: [Double] = try file.openDataset("/truth/alpha").read(range: 0..<columns)
        return neurons.map { all[place(of: $0)] }
      }
      let common = try file.attribute("alpha")?.number
      return common.map { [Double](repeating: $0, count: neurons.count) }
    }
  }

  /// The constant currents of some neurons; 0 where the file has none.
  package func readBias(_ neurons: Range<Int>) throws -> [Double] {
    try reading { file in
      guard try file.kind(of: "/truth/b") == .dataset else {
        return [Double](repeating: 0, count: neurons.count)
      }
      let all: [Double] = try file.openDataset("/truth/b").read(range: 0..<columns)
      return neurons.map { all[place(of: $0)] }
    }
  }

  private func reading<R: ~Copyable>(
    _ body: (borrowing File) throws -> R
  ) throws -> R {
    do {
      return try body(try File.open(path))
    } catch let error as HDF5Error {
      throw unreadable(path, error)
    }
  }

  private func read<S: Scalar & Storable>(
    _ name: String, _ rows: Range<Int>, columns: Int
  ) throws -> Matrix<S> {
    guard let places else {
      return try reading { try $0.openDataset(name).readBlock(rows: rows, columns: 0..<columns) }
    }
    let wanted = places[rows]
    guard let first = wanted.min(), let last = wanted.max() else {
      return Matrix(rows: 0, columns: columns)
    }
    let block: Matrix<S> = try reading {
      try $0.openDataset(name).readBlock(rows: first..<(last + 1), columns: 0..<columns)
    }
    return block.selectedRows(wanted.map { $0 - first })
  }

  /// The place in the file of a neuron.
  private func place(of neuron: Int) -> Int { places?[neuron] ?? neuron }
}

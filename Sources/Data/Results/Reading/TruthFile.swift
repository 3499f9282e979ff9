package import Collectives
internal import Foundation
package import HDF5
package import LinearAlgebra
internal import Recordings

/// The true network of a generated recording, read by rows: `/truth/W`, `/truth/W_in`, and what
/// else is known of it.
package struct TruthFile: Sendable {
  package let path: String
  package let neurons: Int
  /// 0 where the file has no `/truth/W_in`.
  package let inputs: Int
  /// Outputs of the task, 0 where the file has no `/truth/W_out`.
  package let outputs: Int
  /// Cells of the whole network, of which `neurons` were recorded.
  package let cells: Int
  /// Whether currents leak, else rates.
  package let leaksCurrents: Bool

  /// Whether the network is known whole.
  package var isWhole: Bool { cells == neurons }

  /// Looks for the truth in a file; nil if it holds none.
  ///
  /// - Throws: on every rank alike, exit code 66 if there is no such file, 65 if it cannot be
  ///   read.
  /// - Collective: every rank of `group` must call it.
  package static func find(
    in path: String, on group: borrowing some RankGroup & ~Copyable
  ) throws -> TruthFile? {
    var sizes = [-1, 0, 0, 0, 0]
    try group.agreeOnRoot { sizes = try Self.sizes(in: path) }
    try group.broadcast(&sizes)
    guard sizes[0] >= 0 else { return nil }
    return TruthFile(
      path: path, neurons: sizes[0], inputs: sizes[1], outputs: sizes[2], cells: sizes[3],
      leaksCurrents: sizes[4] == 1)
  }

  /// Neurons (−1: there is no truth), inputs, outputs, cells, and whether currents leak.
  private static func sizes(in path: String) throws -> [Int] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw RecordingError.missing("\(path): no such file")
    }
    guard File.isHDF5(path) else { return [-1, 0, 0, 0, 0] }
    do {
      let file = try File.open(path)
      guard try file.kind(of: "/truth/W") == .dataset else {
        return [-1, 0, 0, 0, 0]
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
      ]
    } catch let error as HDF5Error {
      throw unreadable(path, error)
    }
  }

  /// Rows of the true W.
  package func readWeights<S: Scalar & Storable>(
    _ rows: Range<Int>, of type: S.Type = S.self
  ) throws -> Matrix<S> {
    try read("/truth/W", rows, columns: neurons)
  }

  /// Rows of the true W_in.
  package func readInputWeights<S: Scalar & Storable>(
    _ rows: Range<Int>, of type: S.Type = S.self
  ) throws -> Matrix<S> {
    try read("/truth/W_in", rows, columns: inputs)
  }

  /// The readout of some neurons, outputs × neurons.
  package func readReadout(_ neurons: Range<Int>) throws -> Matrix<Double> {
    try reading {
      try $0.openDataset("/truth/W_out").readBlock(rows: 0..<outputs, columns: neurons)
    }
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
        return try file.openDataset("/truth/alpha").read(range: neurons)
      }
      let common = try file.attribute("alpha")?.number
      return common.map { [Double](repeating: $0, count: neurons.count) }
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
    try reading { try $0.openDataset(name).readBlock(rows: rows, columns: 0..<columns) }
  }
}

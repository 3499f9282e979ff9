package import Collectives
internal import Foundation
package import HDF5
package import LinearAlgebra
internal import Recordings

/// The true network of a generated recording, read by rows: `/truth/W` and `/truth/W_in`.
package struct TruthFile: Sendable {
  package let path: String
  package let neurons: Int
  /// 0 where the file has no `/truth/W_in`.
  package let inputs: Int

  /// Looks for the truth in a file; nil if it holds none.
  ///
  /// - Throws: on every rank alike, exit code 66 if there is no such file, 65 if it cannot be
  ///   read.
  /// - Collective: every rank of `group` must call it.
  package static func find(
    in path: String, on group: borrowing some RankGroup & ~Copyable
  ) throws -> TruthFile? {
    var sizes = [-1, 0]
    try group.agreeOnRoot { sizes = try Self.sizes(in: path) }
    try group.broadcast(&sizes)
    return sizes[0] < 0 ? nil : TruthFile(path: path, neurons: sizes[0], inputs: sizes[1])
  }

  private static func sizes(in path: String) throws -> [Int] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw RecordingError.missing("\(path): no such file")
    }
    guard File.isHDF5(path) else { return [-1, 0] }
    do {
      let file = try File.open(path)
      guard try file.kind(of: "/truth/W") == .dataset else { return [-1, 0] }
      let shape = try file.openDataset("/truth/W").shape
      guard shape.count == 2, shape[0] == shape[1] else {
        throw RecordingError.badData(
          "\(path): /truth/W has shape \(shape), where (neuron, presyn) is needed")
      }
      let hasInputs = try file.kind(of: "/truth/W_in") == .dataset
      return [shape[0], hasInputs ? try file.openDataset("/truth/W_in").shape[1] : 0]
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

  private func read<S: Scalar & Storable>(
    _ name: String, _ rows: Range<Int>, columns: Int
  ) throws -> Matrix<S> {
    do {
      return try File.open(path).openDataset(name).readBlock(rows: rows, columns: 0..<columns)
    } catch {
      throw unreadable(path, error)
    }
  }
}

package import Collectives
internal import Foundation
internal import HDF5
package import LinearAlgebra
internal import Recordings

/// A network that `ganglion train` made, described on every rank and read by columns.
package struct TrainedRun: Sendable {
  /// What rank 0 tells the others.
  private struct Summary: Codable {
    var path: String
    var task: String
    var ended: String
    var bestLoss: Double
    var configuration: String
    /// Rows and columns of each parameter.
    var shapes: [String: [Int]]
  }

  private let summary: Summary

  /// The file, and what was trained.
  package var path: String { summary.path }
  package var task: String { summary.task }
  /// How the training ended, in words.
  package var ended: String { summary.ended }
  /// The held-out loss of the parameters.
  package var bestLoss: Double { summary.bestLoss }
  /// Every setting of the training, as one JSON object.
  package var configuration: String { summary.configuration }
  /// Rows and columns of each parameter.
  package var shapes: [String: [Int]] { summary.shapes }

  /// Looks for a run in a file; nil if it is something else or not there.
  ///
  /// - Throws: on every rank alike, exit code 65 if it is one and cannot be read.
  /// - Collective: every rank of `group` must call it.
  package static func find(
    in path: String, on group: borrowing some RankGroup & ~Copyable
  ) throws -> TrainedRun? {
    var found = Data()
    try group.agreeOnRoot {
      if let summary = try summarise(path) { found = try JSONEncoder().encode(summary) }
    }
    let text = try group.broadcast(String(decoding: found, as: UTF8.self))
    guard !text.isEmpty else { return nil }
    return TrainedRun(summary: try JSONDecoder().decode(Summary.self, from: Data(text.utf8)))
  }

  private static func summarise(_ path: String) throws -> Summary? {
    guard FileManager.default.fileExists(atPath: path), File.isHDF5(path) else { return nil }
    do {
      let file = try File.open(path)
      guard try file.kind(of: "/parameters") == .group,
        let task = try file.attribute("task")?.string
      else { return nil }
      var shapes: [String: [Int]] = [:]
      for name in ["W", "W_in", "W_out"] where try file.kind(of: "/parameters/\(name)") == .dataset
      {
        shapes[name] = try file.openDataset("/parameters/\(name)").shape
      }
      return Summary(
        path: path, task: task, ended: try file.attribute("ended")?.string ?? "",
        bestLoss: try file.attribute("best_loss")?.number ?? .nan,
        configuration: try file.attribute("configuration")?.string ?? "{}", shapes: shapes)
    } catch {
      throw unreadable(path, error)
    }
  }

  /// Columns of a parameter as rows: of units their incoming weights.
  ///
  /// - Throws: on every rank alike if any rank could not read its part.
  /// - Collective: every rank of `group` must call it.
  package func readTransposed(
    _ name: String, columns: Range<Int>, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Float> {
    let rows = shapes[name]?.first ?? 0
    return try group.agree {
      do {
        let block: Matrix<Float> = try File.open(path).openDataset("/parameters/\(name)")
          .readBlock(rows: 0..<rows, columns: columns)
        return block.view.transposed.copy()
      } catch let error as HDF5Error {
        throw unreadable(path, error)
      }
    }
  }
}

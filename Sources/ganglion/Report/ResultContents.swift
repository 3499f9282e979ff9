internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import Recordings

/// A result file as a report looks at it, on one rank: its attributes and short variables.
struct ResultContents {
  /// A variable by name.
  struct Variable {
    let path: String
    let shape: [Int]
    let longName: String
  }

  let path: String
  private(set) var attributes: [String: AttributeValue] = [:]
  /// All variables, in name order.
  private(set) var variables: [Variable] = []
  private var vectors: [String: [Double]] = [:]
  /// The leading rows of the eigenvalues at fixed points.
  private var tables: [String: [[Double]]] = [:]
  private var texts: [String: [String]] = [:]
  private var chosen: [String: Double] = [:]

  /// - Throws: `RecordingError`, 66 if there is no such file, 65 if it cannot be read.
  init(_ path: String) throws {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else {
      throw RecordingError.missing("\(path): no such file")
    }
    guard File.isHDF5(path) else {
      throw RecordingError.badData("\(path): not HDF5; give a result of ganglion")
    }
    do {
      let file = try File.open(path)
      for name in try file.attributeNames() { attributes[name] = try file.attribute(name) }
      for entry in try file.walk() {
        guard let summary = entry.dataset else { continue }
        let dataset = try file.openDataset(entry.path)
        variables.append(
          Variable(
            path: entry.path, shape: summary.shape,
            longName: try dataset.attribute("long_name")?.string ?? ""))
        if entry.path.hasPrefix("/fixed_points/eigenvalue"), summary.shape.count == 2 {
          tables[entry.path] = try leadingRows(of: dataset)
        }
        guard summary.shape.count <= 1 else { continue }
        if summary.type.isNumeric {
          vectors[entry.path] = try dataset.read()
        } else if case .string = summary.type {
          texts[entry.path] = try dataset.readStrings()
        }
        chosen[entry.path] = try dataset.attribute("chosen")?.number
      }
    } catch {
      throw RecordingError.badData("\(path): \(error)")
    }
  }

  /// A vector of numbers, or a scalar as one; nil if it is not there.
  func vector(_ name: String) -> [Double]? { vectors["/" + name] }
  /// A row of the eigenvalues at fixed points; nil if it is not there.
  func row(_ index: Int, of name: String) -> [Double]? {
    guard let rows = tables["/" + name], rows.indices.contains(index) else { return nil }
    return rows[index]
  }
  /// A vector of texts; nil if it is not there.
  func strings(_ name: String) -> [String]? { texts["/" + name] }
  /// The attribute `chosen` of a variable.
  func chosen(_ name: String) -> Double? { chosen["/" + name] }
  /// A number among the attributes.
  func number(_ name: String) -> Double? { attributes[name]?.number }
  /// A text among the attributes.
  func text(_ name: String) -> String? { attributes[name]?.string }

  /// Names of the groups and variables directly below a group.
  func names(below group: String) -> [String] {
    let prefix = "/" + group + "/"
    let names = variables.filter { $0.path.hasPrefix(prefix) }.compactMap {
      $0.path.dropFirst(prefix.count).split(separator: "/").first.map(String.init)
    }
    return Array(Set(names)).sorted()
  }

  /// The resolved configuration of the run.
  var settings: [String: Any] {
    let data = Data((text("configuration") ?? "{}").utf8)
    return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
  }
}

/// The rows of a 2-D variable, at most as many as a page looks at.
private func leadingRows(of dataset: borrowing Dataset) throws -> [[Double]] {
  let rows = min(100, dataset.shape[0])
  let block: Matrix<Double> = try dataset.readBlock(rows: 0..<rows, columns: 0..<dataset.shape[1])
  return (0..<rows).map { i in (0..<block.columns).map { block[i, $0] } }
}

/// A count that a file holds as a floating point number; -1 where it is none, as in a damaged
/// file.
func whole(_ count: Double) -> Int { Int(exactly: count.rounded()) ?? -1 }

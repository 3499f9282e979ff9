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
  /// The leading rows of small tables: eigenvalues at fixed points, and what is told of pairs of
  /// regions.
  private var tables: [String: [[Double]]] = [:]
  private var texts: [String: [String]] = [:]
  private var units: [String: String] = [:]
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
        if summary.shape.count == 2, summary.type.isNumeric, Self.isTable(entry.path) {
          tables[entry.path] = try leadingRows(of: dataset)
        }
        guard summary.shape.count <= 1 else { continue }
        if summary.type.isNumeric {
          vectors[entry.path] = try dataset.read()
        } else if case .string = summary.type {
          texts[entry.path] = try dataset.readStrings()
        }
        chosen[entry.path] = try dataset.attribute("chosen")?.number
        units[entry.path] = try dataset.attribute("units")?.string
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
  /// A square table of so many rows, row by row; nil if it is not there, or is another.
  func table(_ name: String, of side: Int) -> [Double]? {
    guard let rows = tables["/" + name], side > 0, rows.count == side,
      rows.allSatisfy({ $0.count == side })
    else { return nil }
    return rows.flatMap { $0 }
  }
  /// The values along the last axis at one place of the others, which are read now; nil if they are
  /// not there.
  func series(_ name: String, at place: [Int]) -> [Double]? {
    guard let variable = variables.first(where: { $0.path == "/" + name }),
      variable.shape.count == place.count + 1,
      zip(place, variable.shape).allSatisfy({ $0 >= 0 && $0 < $1 })
    else { return nil }
    return try? File.open(path).openDataset(variable.path).readSeries(at: place)
  }

  /// A square matrix, averaged over the pixels of a picture, which is read now.
  ///
  /// Nil if it is not there. `place` has the pixel of each row and column; what is not a number does not count.
  func pixels(_ name: String, place: [Int], side: Int) -> [Double]? {
    var sums = [Double](repeating: 0, count: side * side)
    var counts = sums
    let isRead: Void? = visitRows(name, place.count) { i, row in
      for j in 0..<row.count where row[j].isFinite {
        sums[place[i] * side + place[j]] += Double(row[j])
        counts[place[i] * side + place[j]] += 1
      }
    }
    return isRead.map { zip(sums, counts).map { $0 / $1 } }
  }

  /// About so many entries of a square matrix of a side, evenly spread, which are read now; nil if it
  /// is not there.
  func sample(_ name: String, side: Int, most: Int) -> [Double]? {
    let stride = max(1, side * side / max(1, most))
    var values: [Double] = []
    let isRead: Void? = visitRows(name, side) { i, row in
      let first = (stride - i * side % stride) % stride
      for j in Swift.stride(from: first, to: row.count, by: stride) {
        values.append(Double(row[j]))
      }
    }
    return isRead.map { values }
  }

  /// Hands over the rows of a square matrix one by one; nil if it is not there.
  private func visitRows(
    _ name: String, _ side: Int, visit: (_ row: Int, _ values: Span<Float>) -> Void
  ) -> Void? {
    guard let variable = variables.first(where: { $0.path == "/" + name }),
      variable.shape == [side, side], let file = try? File.open(path),
      let dataset = try? file.openDataset(variable.path)
    else { return nil }
    for start in stride(from: 0, to: side, by: 64) {
      let rows = start..<min(start + 64, side)
      guard
        let block: Matrix<Float> = try? dataset.readBlock(rows: rows, columns: 0..<side)
      else { return nil }
      for i in rows { visit(i, block.row(i - start)) }
    }
    return ()
  }

  /// Whether a page looks at the rows of a variable.
  private static func isTable(_ path: String) -> Bool {
    [
      "/fixed_points/eigenvalue", "/nulls/region_", "/currents/", "/worth/pair_",
      "/agreement/pair_",
    ]
    .contains { path.hasPrefix($0) }
  }

  /// A vector of texts; nil if it is not there.
  func strings(_ name: String) -> [String]? { texts["/" + name] }
  /// The attribute `chosen` of a variable.
  func chosen(_ name: String) -> Double? { chosen["/" + name] }
  /// The units of a vector.
  func units(_ name: String) -> String? { units["/" + name] }
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

/// Rows of a table that a page looks at.
private let mostRows = 200

/// The rows of a 2-D variable, at most as many as a page looks at.
private func leadingRows(of dataset: borrowing Dataset) throws -> [[Double]] {
  let rows = min(mostRows, dataset.shape[0])
  let block: Matrix<Double> = try dataset.readBlock(rows: 0..<rows, columns: 0..<dataset.shape[1])
  return (0..<rows).map { block.array(ofRow: $0) }
}

/// A count that a file holds as a floating point number; -1 where it is none, as in a damaged
/// file.
func whole(_ count: Double) -> Int { Int(exactly: count.rounded()) ?? -1 }

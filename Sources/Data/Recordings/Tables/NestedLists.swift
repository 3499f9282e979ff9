internal import Foundation

/// A JSON file of equally long lists of numbers, `[[1, 2], [3, 4]]`, or of times with
/// them, `[[t, [1, 2]], ...]`, where `null` is a missing value.
struct NestedLists {
  /// The numbers, list by list.
  let rows: [[Double]]
  /// The times, where the file has them.
  let times: [Double]?

  /// - Throws: `RecordingError` with the entry that is wrong.
  init(_ file: String) throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw RecordingError.missing("\(file): cannot be read")
    }
    let content: Any
    do {
      content = try JSONSerialization.jsonObject(with: data)
    } catch {
      let reason = (error as NSError).userInfo["NSDebugDescription"] ?? "\(error)"
      throw RecordingError.badData("\(file) is not JSON, though it begins like it: \(reason)")
    }
    guard let lists = content as? [[Any]], !lists.isEmpty else {
      throw RecordingError.badData("\(file): expected lists of numbers, [[1, 2], [3, 4], ...]")
    }
    let isTimed = lists[0].count == 2 && lists[0][1] is [Any]
    var rows: [[Double]] = []
    var times: [Double] = []
    for (index, list) in lists.enumerated() {
      let values = isTimed ? (list.count == 2 ? list[1] as? [Any] : nil) : list
      let row = values?.compactMap { $0 is NSNull ? Double.nan : ($0 as? NSNumber)?.doubleValue }
      guard let row, row.count == values?.count, row.count == rows.first?.count ?? row.count else {
        throw RecordingError.badData(
          "\(file): entry \(index) is not a list of \(rows.first?.count ?? 0) numbers like the first"
        )
      }
      rows.append(row)
      if isTimed { times.append((list[0] as? NSNumber)?.doubleValue ?? .nan) }
    }
    self.rows = rows
    self.times = isTimed ? times : nil
  }
}

internal import Foundation

/// The resolved configuration of a run, as it goes into its result file.
struct Settings {
  private let values: [String: any Encodable & Sendable]

  init(_ values: [String: any Encodable & Sendable]) { self.values = values }

  /// One JSON object, keys sorted.
  var json: String {
    let data = try? JSONSerialization.data(withJSONObject: values, options: .sortedKeys)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

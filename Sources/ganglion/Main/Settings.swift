internal import Collectives
internal import Foundation
internal import Recordings

/// The resolved configuration of a run, as it goes into its result file.
struct Settings {
  private let values: [String: any Encodable & Sendable]

  init(_ values: [String: any Encodable & Sendable]) { self.values = values }

  /// These settings and more; what is there already stays.
  func adding(_ more: [String: any Encodable & Sendable]) -> Settings {
    Settings(values.merging(more) { own, _ in own })
  }

  /// One JSON object, keys sorted.
  ///
  /// - Throws: `CommandLineError`, 64, for a number that JSON cannot say: a result must tell how
  ///   it was made.
  var json: String {
    get throws {
      for (key, value) in values {
        guard let number = value as? any BinaryFloatingPoint, !Double(number).isFinite else {
          continue
        }
        throw CommandLineError.usage("--\(key) is \(number), expected a finite number")
      }
      guard JSONSerialization.isValidJSONObject(values) else {
        throw CommandLineError(
          exitCode: ExitCode.internalError,
          description: "the settings cannot be written as JSON: \(values)")
      }
      let data = try JSONSerialization.data(withJSONObject: values, options: .sortedKeys)
      return String(decoding: data, as: UTF8.self)
    }
  }
}

extension RankGroup where Self: ~Copyable {
  /// The SHA-256 of each file, one a line, on every rank (collective).
  func digest(ofFiles paths: [String]) throws -> String {
    try paths.map { try digest(ofFile: $0) }.joined(separator: "\n")
  }

  /// The SHA-256 of a file that rank 0 reads, on every rank (collective).
  func digest(ofFile path: String) throws -> String {
    var digest = ""
    try agreeOnRoot { digest = try sha256(ofFile: path) }
    return try broadcast(digest)
  }
}

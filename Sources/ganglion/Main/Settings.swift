internal import Collectives
internal import Foundation

/// The resolved configuration of a run, as it goes into its result file.
struct Settings {
  private let values: [String: any Encodable & Sendable]

  init(_ values: [String: any Encodable & Sendable]) { self.values = values }

  /// The settings of several runs as those of one: what is alike in all that have it under its own
  /// name, the rest as `run.setting`.
  init(of runs: [(name: String, settings: Settings)]) {
    var merged: [String: any Encodable & Sendable] = [:]
    for key in Set(runs.flatMap { $0.settings.values.keys }) {
      let own = runs.compactMap { run in run.settings.values[key].map { (run.name, $0) } }
      if Set(own.map { "\($0.1)" }).count == 1 {
        merged[key] = own[0].1
      } else {
        for (name, value) in own { merged["\(name).\(key)"] = value }
      }
    }
    values = merged
  }

  /// Those of these settings whose names are wanted.
  func keeping(_ isWanted: (String) -> Bool) -> Settings {
    Settings(values.filter { isWanted($0.key) })
  }

  /// These settings and more; what is there already stays.
  func adding(_ more: [String: any Encodable & Sendable]) -> Settings {
    Settings(values.merging(more) { own, _ in own })
  }

  /// These settings and those of another run; what is there already stays.
  func adding(_ more: Settings) -> Settings { adding(more.values) }

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

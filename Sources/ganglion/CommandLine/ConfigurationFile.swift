internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Wording
internal import Yams

/// The YAML file of `--config`: long flag names as keys.
///
/// A key is a flag that the command line does not give itself, so flags win. `true` gives a
/// flag without value; a list gives a flag that may be repeated several times. Values are the
/// words of the file as they stand there, as on a command line. A key that is no flag of the
/// sub-command is an error.
struct ConfigurationFile {
  private let path: String
  private let settings: [(key: String, value: Node)]

  /// - Throws: `CommandLineError`: 66 if it cannot be read, 78 if it holds no settings.
  init(_ path: String) throws {
    self.path = path
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "cannot read the configuration file \(path)")
    }
    let content: Node?
    do { content = try Yams.compose(yaml: text) } catch YamlError.duplicatedKeysInMapping(
      let keys, _)
    {
      throw Self.wrong(path, "\(keys.joined(separator: ", ")): given twice")
    } catch {
      throw Self.wrong(path, "not YAML: \(error)")
    }
    switch content {
    case nil: settings = []
    case .mapping(let mapping)?: settings = mapping.map { ($0.key.text, $0.value) }
    // A file of comments alone.
    case .scalar(let scalar)? where scalar.string.isEmpty: settings = []
    default: throw Self.wrong(path, "expected `flag: value` lines")
    }
  }

  /// The settings as words of a command line, those that it gives itself left out.
  ///
  /// - Throws: `CommandLineError` (78) for a value of the wrong kind.
  func arguments(without given: GivenFlags, catalog: FlagCatalog) throws -> [String] {
    try settings.sorted { $0.key < $1.key }.flatMap { key, value -> [String] in
      if key == "config" { throw Self.wrong(path, "config cannot nest") }
      guard let entry = catalog[key] else {
        throw Self.wrong(path, "no flag '\(key)'\(suggestion(for: key, among: catalog.names))")
      }
      return given.contains(key) ? [] : try words(of: key, value, entry)
    }
  }

  private func words(of key: String, _ value: Node, _ entry: FlagCatalog.Entry) throws -> [String] {
    switch (value, entry.kind) {
    case (.scalar, .flag):
      guard let isOn = value.bool else {
        throw Self.wrong(path, "\(key) is \(value.text), expected true or false")
      }
      return isOn ? ["--\(key)"] : []
    case (.scalar(let scalar), _):
      guard value.null == nil, !scalar.string.isEmpty else {
        throw Self.wrong(path, "\(key) has no value")
      }
      return ["--\(key)=\(scalar.string)"]
    case (.sequence(let items), .option) where entry.isRepeating:
      return try items.flatMap { try words(of: key, $0, entry) }
    case (.sequence, _): throw Self.wrong(path, "\(key) is a list, expected one value")
    default: throw Self.wrong(path, "\(key) is \(value.text), expected a value")
    }
  }

  private static func wrong(_ path: String, _ text: String) -> CommandLineError {
    CommandLineError(exitCode: ExitCode.configuration, description: "\(path): \(text)")
  }
}

extension Node {
  /// What it is, for a message.
  fileprivate var text: String {
    switch self {
    case .scalar(let scalar): scalar.string
    case .sequence: "a list"
    case .mapping: "a table"
    case .alias: "an alias"
    }
  }
}

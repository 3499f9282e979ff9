internal import ArgumentParser
internal import Foundation

/// The flags of a command, as the parser knows them.
struct FlagCatalog {
  /// One flag or argument.
  struct Entry: Decodable {
    /// How a command line writes it.
    enum Kind: String, Decodable { case positional, option, flag }

    fileprivate struct Name: Decodable {
      let kind: String
      let name: String
    }

    let kind: Kind
    let isRepeating: Bool
    fileprivate let names: [Name]?
    let valueName: String?
    /// What is expected, where that is a word of a list.
    let allValues: [String]?
    /// The help.
    let abstract: String?

    /// The long name, without dashes; nil for an argument.
    var longName: String? { names?.first { $0.kind == "long" }?.name }

    /// What is expected, as the help begins to say it.
    var expectation: String? {
      if let allValues, !allValues.isEmpty { return nil }
      guard let abstract else { return nil }
      // The first sentence; an ellipsis ends none.
      let end = abstract.firstMatch(of: #/[^.]\. /#).map { abstract.index(after: $0.startIndex) }
      let sentence = abstract[..<(end ?? abstract.endIndex)]
      return sentence.hasSuffix(".") ? String(sentence.dropLast()) : String(sentence)
    }
  }

  let entries: [Entry]

  /// The flags of a command or group of flags.
  ///
  /// - Complexity: it is asked for when something is wrong; a right command line needs none.
  init(of arguments: any ParsableArguments.Type) {
    struct Description: Decodable {
      struct Command: Decodable { let arguments: [Entry]? }
      let command: Command
    }
    // The parser's own description, the one that --experimental-dump-help prints.
    let found = try? JSONDecoder().decode(
      Description.self, from: Data(arguments._dumpHelp().utf8))
    entries = found?.command.arguments ?? []
  }

  /// The long names of all flags.
  var names: [String] { entries.compactMap(\.longName) }

  /// The flag of a long name.
  subscript(name: String) -> Entry? { entries.first { $0.longName == name } }

  /// The argument that the help calls so.
  func argument(named name: String) -> Entry? {
    entries.first { $0.kind == .positional && $0.valueName == name }
  }
}

internal import Foundation
internal import Wording

/// What the parser complains of, said so that one knows what to type instead.
struct ParserMessage {
  let text: String

  /// `message` is the parser's, about a command and the flags it was given.
  ///
  /// A flag that there is not comes first, whatever the parser found: other complaints may
  /// be of its absence.
  init(_ message: String, about path: CommandPath, given: GivenFlags) {
    let catalog = FlagCatalog(of: path.command)
    let unknown = given.names.first { !catalog.names.contains($0) }
    text =
      unknown.map { Self.unknownFlag($0, catalog, path) }
      ?? given.shortOnes.first.map { Self.unknownFlag(short: $0, catalog, path) }
      ?? Self.badValue(message, catalog) ?? Self.missingValue(message, catalog)
      ?? Self.missing(message, catalog) ?? Self.tooMany(message, catalog, path) ?? message
  }

  /// `-output`, `-O`, `-oFILE`: long names have two dashes, and -o stands apart.
  private static func unknownFlag(
    short word: String, _ catalog: FlagCatalog, _ path: CommandPath
  ) -> String {
    let name = String(word.dropFirst())
    let long = nearest(to: name, among: catalog.names).map { "--\($0)" }
    let hasOutput = catalog.names.contains("output") && name.lowercased().hasPrefix("o")
    let meant = long ?? (hasOutput ? "-o " + name.dropFirst() : nil)
    let hint = meant.map { ": did you mean \($0.trimmingCharacters(in: .whitespaces))?" } ?? ""
    return "\(path.name) has no flag \(word)\(hint)"
  }

  private static func unknownFlag(
    _ name: String, _ catalog: FlagCatalog, _ path: CommandPath
  ) -> String {
    let start = "\(path.name) has no flag --\(name)"
    if nearest(to: name, among: catalog.names) == nil {
      let owners = CommandPath.all.filter { FlagCatalog(of: $0.command)[name] != nil }.map(\.name)
      if !owners.isEmpty { return start + "; it belongs to " + alternatives(owners) }
    }
    return start + suggestion(for: name, among: catalog.names, as: "--")
  }

  /// `The value 'x' is invalid for '--alpha <alpha>'…`, or for `'<task>'`.
  private static func badValue(_ message: String, _ catalog: FlagCatalog) -> String? {
    let pattern = /^The value '(.*)' is invalid for '(?:--([a-z-]+)|-o)? ?(?:<([^>]*)>)?'/
    guard let match = message.firstMatch(of: pattern) else { return nil }
    let value = String(match.1)
    let (entry, place): (FlagCatalog.Entry?, String) =
      if let flag = match.2 {
        (catalog[String(flag)], "--\(flag)")
      } else {
        (catalog.argument(named: String(match.3 ?? "")), String(match.3 ?? "the argument"))
      }
    guard let entry else { return nil }
    return "\(place) is \(value.isEmpty ? "empty" : value), expected" + expected(of: entry, value)
  }

  /// `Missing value for '--alpha <alpha>'`.
  private static func missingValue(_ message: String, _ catalog: FlagCatalog) -> String? {
    guard let match = message.firstMatch(of: /^Missing value for '(?:--([a-z-]+)|-o)/) else {
      return nil
    }
    let name = match.1.map(String.init) ?? "output"
    return catalog[name].map { "--\(name) has no value, expected" + expected(of: $0, nil) }
  }

  /// `Missing expected argument '<recordings> ...'`, or `'--neurons <neurons>'`.
  private static func missing(_ message: String, _ catalog: FlagCatalog) -> String? {
    let pattern = /^Missing expected argument '(?:-o, )?(?:--([a-z-]+) ?)?(?:<([^>]*)>)?/
    guard let match = message.firstMatch(of: pattern) else { return nil }
    let flag = match.1.map(String.init)
    guard
      let entry = flag.map({ catalog[$0] }) ?? catalog.argument(named: String(match.2 ?? ""))
    else { return nil }
    return (flag.map { "--\($0)" } ?? "<\(match.2 ?? "")>") + " is missing, expected"
      + expected(of: entry, nil)
  }

  /// `Unexpected argument 'x'`, or `2 unexpected arguments: 'x', 'y'`.
  private static func tooMany(
    _ message: String, _ catalog: FlagCatalog, _ path: CommandPath
  ) -> String? {
    guard let match = message.firstMatch(of: /[Uu]nexpected arguments?:? '([^']*)'/) else {
      return nil
    }
    let places = catalog.entries.filter { $0.kind == .positional }.compactMap { entry in
      entry.valueName.map { entry.isRepeating ? "<\($0)> after --" : "<\($0)>" }
    }
    return "'\(match.1)' is one word too many: \(path.name) takes "
      + (places.isEmpty ? "flags only" : places.joined(separator: ", ") + " and flags")
  }

  private static func expected(of entry: FlagCatalog.Entry, _ value: String?) -> String {
    if let words = entry.allValues, !words.isEmpty {
      return " " + alternatives(words) + suggestion(for: value ?? "", among: words)
    }
    // A number that is not taken can only be one that must be whole.
    let isFraction = value.map { Double($0) != nil && Int($0) == nil } ?? false
    return (isFraction ? " a whole number" : "") + (entry.expectation.map { ": \($0)" } ?? "")
  }
}

internal import Wording

/// The flags of a command line, by their long names, with the values that follow them.
///
/// The parser keeps the last value of a flag that is given twice, and cannot tell a default
/// from the same value given: here both are known.
struct GivenFlags {
  /// In the order of the command line.
  private let given: [(name: String, value: String)]
  /// Words with one dash that are no flag, as they are typed.
  let shortOnes: [String]

  /// Reads the words after the command's own; those after `--` belong to another one.
  init(_ words: some Sequence<String>) {
    let words = Array(words.prefix { $0 != "--" })
    given = words.indices.compactMap { i in
      let word = words[i]
      let next = i + 1 < words.count && !words[i + 1].hasPrefix("-") ? words[i + 1] : ""
      // The one flag that has a short name too.
      if word == "-o" { return ("output", next) }
      guard word.hasPrefix("--"), word.count > 2 else { return nil }
      let parts = word.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : next)
    }
    shortOnes = words.filter { $0.contains(/^-[A-Za-z]/) && $0 != "-o" && $0 != "-h" }
  }

  /// The flags, in order.
  var names: [String] { given.map(\.name) }

  /// Whether a flag was given.
  func contains(_ name: String) -> Bool { given.contains { $0.name == name } }

  /// The last value of a flag; nil if it was not given.
  func value(of name: String) -> String? { given.last { $0.name == name }?.value }

  /// Refuses a second value where only one can be meant.
  ///
  /// - Throws: `CommandLineError` (64).
  func requireOnce(in path: CommandPath) throws {
    guard Set(names).count < names.count else { return }
    let catalog = FlagCatalog(of: path.command)
    for name in names where names.count(where: { $0 == name }) > 1 {
      guard let entry = catalog[name], !entry.isRepeating else { continue }
      let values = given.filter { $0.name == name }.map(\.value)
      let shown = entry.kind == .flag ? "" : " (\(values.joined(separator: ", ")))"
      throw CommandLineError.usage(
        "--\(name) is given \(values.count == 2 ? "twice" : "\(values.count) times")\(shown): "
          + "\(path.name) takes it once")
    }
  }
}

internal import ArgumentParser
internal import Wording

/// The command that a command line begins with: `ganglion generate chaotic`.
struct CommandPath {
  let command: any ParsableCommand.Type
  /// Its words, as they are typed.
  let words: [String]
  /// What follows them.
  let rest: [String]

  /// - Throws: `CommandLineError` (64) for a word where a command is expected, that is none.
  init(of arguments: [String]) throws {
    var command: any ParsableCommand.Type = GanglionCommand.self
    var words = [GanglionCommand._commandName]
    var rest = arguments[...]
    if rest.first == "help" { _ = try CommandPath(of: Array(rest.dropFirst())) }
    while let word = rest.first, !word.hasPrefix("-"), word != "help" || words.count > 1 {
      let choices = command.configuration.subcommands
      guard !choices.isEmpty else { break }
      guard let next = choices.first(where: { $0._commandName == word }) else {
        throw Self.unknown(word, after: words, among: choices.map { $0._commandName })
      }
      command = next
      words.append(word)
      rest = rest.dropFirst()
    }
    self.command = command.configuration.defaultSubcommand ?? command
    self.words = words
    self.rest = Array(rest)
  }

  /// The command as a user types it.
  var name: String { words.joined(separator: " ") }

  private static func unknown(
    _ word: String, after words: [String], among choices: [String]
  ) -> CommandLineError {
    let name = words.joined(separator: " ")
    let what = words.count == 1 ? "command" : "kind"
    return .usage(
      """
      \(name) has no \(what) '\(word)'\(suggestion(for: word, among: choices)) \
      (\(choices.joined(separator: ", "))); see \(name) --help
      """)
  }

  /// Every command below this program, with its words.
  static var all: [(name: String, command: any ParsableCommand.Type)] {
    func below(
      _ command: any ParsableCommand.Type, _ name: String
    ) -> [(name: String, command: any ParsableCommand.Type)] {
      let parts = command.configuration.subcommands
      guard !parts.isEmpty else { return [(name, command)] }
      return parts.flatMap { below($0, "\(name) \($0._commandName)") }
    }
    return below(GanglionCommand.self, GanglionCommand._commandName)
  }
}

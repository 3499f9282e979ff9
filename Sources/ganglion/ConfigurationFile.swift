internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Yams

/// The YAML file of `--config`: long flag names as keys.
///
/// A key is a flag that the command line does not give itself, so flags win; a list gives
/// a flag several times; `true` gives a flag without value. A key that is no flag of the
/// sub-command is an error.
enum ConfigurationFile {
  /// Parses arguments, with those of their configuration file added.
  ///
  /// What follows `--` belongs to another command.
  static func parse(_ all: [String]) throws -> any ParsableCommand {
    let arguments = Array(all.prefix { $0 != "--" })
    let rest = all[arguments.count...]
    // The flags alone must be right, or the message would blame the file.
    let alone = Result { try GanglionCommand.parseAsRoot(all) }
    guard let path = value(of: "config", in: arguments) else { return try alone.get() }
    if case .failure(let error) = alone,
      GanglionCommand.exitCode(for: error) == .success
    {
      throw error
    }
    let added = try self.arguments(from: path, unless: arguments)
    do {
      return try GanglionCommand.parseAsRoot(arguments + added + rest)
    } catch {
      if case .failure(let own) = alone { throw own }
      throw CommandLineError(
        exitCode: ExitCode.configuration,
        description: "\(path): \(GanglionCommand.message(for: error))")
    }
  }

  /// The value of the last `--name value` or `--name=value`.
  private static func value(of name: String, in arguments: [String]) -> String? {
    var found: String?
    for (index, argument) in arguments.enumerated() {
      if argument == "--\(name)", index + 1 < arguments.count { found = arguments[index + 1] }
      if argument.hasPrefix("--\(name)=") { found = String(argument.dropFirst(name.count + 3)) }
    }
    return found
  }

  private static func arguments(from path: String, unless given: [String]) throws -> [String] {
    func fail(_ code: Int32, _ text: String) -> CommandLineError {
      CommandLineError(exitCode: code, description: text)
    }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw fail(ExitCode.missingInput, "cannot read the configuration file \(path)")
    }
    let content: Any?
    do { content = try Yams.load(yaml: text) } catch {
      throw fail(ExitCode.configuration, "\(path) is not YAML: \(error)")
    }
    guard let content else { return [] }
    guard let settings = content as? [String: Any] else {
      throw fail(ExitCode.configuration, "\(path): expected `flag: value` lines")
    }
    var added: [String] = []
    for (key, value) in settings.sorted(by: { $0.key < $1.key }) {
      if key == "config" { throw fail(ExitCode.configuration, "\(path): config cannot nest") }
      let flag = "--\(key)"
      if given.contains(where: { $0 == flag || $0.hasPrefix(flag + "=") }) { continue }
      for item in value as? [Any] ?? [value] {
        switch item {
        case let on as Bool: if on { added.append(flag) }
        default: added.append("\(flag)=\(item)")
        }
      }
    }
    return added
  }
}

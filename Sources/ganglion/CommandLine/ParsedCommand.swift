internal import ArgumentParser
internal import Collectives
internal import Foundation

/// A command line, parsed and checked: the right command, every flag once, none in vain.
enum ParsedCommand {
  /// Parses a whole command line, that of the configuration file added.
  ///
  /// - Throws: `CommandLineError` with a message that names the command's help; or what the
  ///   parser throws in place of a command, such as a help page.
  static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let path = try CommandPath(of: arguments)
    if let page = TaskPage(of: path) { throw CleanExit.message(page.text) }
    let own = Array(arguments.prefix { $0 != "--" })
    let alone = Result { try parse(arguments, of: path, given: GivenFlags(path.rest)) }
    guard let file = GivenFlags(path.rest).value(of: "config"), !file.isEmpty, !isRequest(alone)
    else {
      return try alone.get()
    }
    let configuration = try ConfigurationFile(file)
    let added = try configuration.arguments(
      without: GivenFlags(path.rest), catalog: FlagCatalog(of: path.command))
    do {
      return try parse(
        own + added + arguments[own.count...], of: path,
        given: GivenFlags(path.rest.prefix { $0 != "--" } + added))
    } catch {
      // What is wrong without the file too is not the file's fault.
      if case .failure(let own) = alone, "\(own)" == "\(error)" { throw own }
      throw CommandLineError(
        exitCode: ExitCode.configuration, description: "\(file): \(error)")
    }
  }

  /// Whether a page was asked for, such as help.
  private static func isRequest(_ result: Result<any ParsableCommand, any Error>) -> Bool {
    guard case .failure(let error) = result, !(error is any ExitCoded) else { return false }
    return GanglionCommand.exitCode(for: error) == .success
  }

  private static func parse(
    _ arguments: [String], of path: CommandPath, given: GivenFlags
  ) throws -> any ParsableCommand {
    do {
      try given.requireOnce(in: path)
      let command = try GanglionCommand.parseAsRoot(arguments)
      try (command as? any ConditionalFlags)?.requireEffect(of: given)
      return command
    } catch let error as any ExitCoded {
      throw CommandLineError(
        exitCode: error.exitCode, description: naming(help: path, after: "\(error)"))
    } catch  where GanglionCommand.exitCode(for: error) == .success {
      throw error
    } catch {
      let message = ParserMessage(GanglionCommand.message(for: error), about: path, given: given)
        .text
      throw CommandLineError.usage(naming(help: path, after: message))
    }
  }

  private static func naming(help path: CommandPath, after message: String) -> String {
    message + (message.last.map { ".?".contains($0) } ?? true ? " See " : ". See ")
      + "\(path.name) --help"
  }
}

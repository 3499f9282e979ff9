internal import ArgumentParser
internal import Foundation
internal import Results

/// A command with the words that it is parsed from, the program's name first.
struct TypedCommand<Command: ParsableCommand> {
  let words: [String]
  let command: Command

  /// - Throws: `CommandLineError` as for a command that was typed.
  init(_ words: [String]) throws {
    guard let command = try ParsedCommand.parse(words) as? Command else {
      preconditionFailure("\(words) is not \(Command.self)")
    }
    self.words = [GanglionCommand._commandName] + words
    self.command = command
  }
}

/// The commands of `ganglion run`, one after another.
struct RunSteps {
  /// Of the results.
  let folder: String
  let inspections: [TypedCommand<InspectCommand>]
  let fit: TypedCommand<FitCommand>
  let evaluation: TypedCommand<EvaluateCommand>
  let report: TypedCommand<ReportCommand>

  /// `path` is the command line that `command` was parsed from; what it says, but for `-o`, is said
  /// to `fit`.
  init(of command: RunCommand, typed path: CommandPath) throws {
    let first = command.recordings[0]
    let folder = command.output ?? NextStep.file(beside: first, "-run")
    let name = URL(fileURLWithPath: first).lastPathComponent
    func file(_ ending: String) -> String {
      NextStep.file(beside: (folder as NSString).appendingPathComponent(name), ending)
    }
    let (model, scores) = (file("-model.h5"), file("-scores.h5"))
    let threads = command.common.threads.fixed.map { ["--threads", "\($0)"] } ?? []
    let common = threads + (command.common.quiet ? ["--quiet"] : [])
    self.folder = folder
    inspections = try command.recordings.map { try TypedCommand(["inspect", $0]) }
    fit = try TypedCommand(
      ["fit"] + command.recordings + ["-o", model]
        + path.flags(for: FitCommand.self, except: ["output", "config"]))
    evaluation = try TypedCommand(["evaluate", model, "-o", scores] + common)
    report = try TypedCommand(
      ["report", model, "--scores", scores, "-o", file("-report.html")] + common)
  }

  /// What all steps together read and write.
  var files: FileRoles {
    var files = fit.command.files
    files.write(evaluation.command.output, as: "-o of evaluate", .result(of: "evaluate"))
    files.write(report.command.output, as: "-o of report", .page)
    return files
  }
}

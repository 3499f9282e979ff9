import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import ganglion

/// What `--help` teaches: examples that are command lines, and the pages of tasks.
@Suite struct HelpTests {
  /// Every page of help by what is typed for it: of commands, of those with kinds, of tasks.
  static let pages: [(name: String, text: String)] = {
    func pages(
      of command: any ParsableCommand.Type, _ name: String
    ) -> [(name: String, text: String)] {
      [(name, GanglionCommand.helpMessage(for: command, columns: 80))]
        + command.configuration.subcommands.flatMap { pages(of: $0, "\(name) \($0._commandName)") }
    }
    return pages(of: GanglionCommand.self, "ganglion")
      + TaskName.allCases.map { ("ganglion train \($0.rawValue)", TaskPage($0).text) }
  }()

  /// The command lines below `Examples:`, as words after `ganglion`.
  static func examples(in text: String) -> [[String]] {
    guard let start = text.firstRange(of: "Examples:\n") else { return [] }
    let rest = text[start.upperBound...]
    let section = rest[..<(rest.firstRange(of: "\n\n")?.lowerBound ?? rest.endIndex)]
    let lines = section.replacing("\\\n", with: " ").split(separator: "\n")
    return lines.compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      return words.firstIndex(of: "ganglion").map { Array(words[($0 + 1)...]) }
    }
  }

  @Test(arguments: pages.map(\.name)) func examplesAreCommandLines(name: String) throws {
    let text = try #require(Self.pages.first { $0.name == name }).text
    let examples = Self.examples(in: text)
    #expect(!examples.isEmpty, "\(name) --help has no example")
    // The parser breaks lines of 80 characters, where the shell does not expect it.
    let lines = text.split(separator: "\n").filter { $0.contains(/^ *(mpirun|ganglion)\b/) }
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(text)")
    for words in examples {
      do {
        _ = try ParsedCommand.parse(words)
      } catch  where GanglionCommand.exitCode(for: error) == .success {
        // A page of help.
      } catch {
        Issue.record("\(words): \(error)")
      }
    }
  }

  /// A task's page has the sizes that a training of it takes, and no others.
  @Test(arguments: [TaskName.lorenz, .flipflop, .oneShot, .teacher]) func sizesOfTasks(
    task: TaskName
  ) throws {
    let page = TaskPage(task).text
    // What each task must be given, and a value that each size can have.
    let needed: [TaskName: [String]] = [
      .teacher: ["--targets=a:/b"], .described: ["--description=a"], .mnist: ["--data=a"],
    ]
    let cell = task == .lorenz ? "published" : "current"
    let values = [
      "trained": "all", "dimensions": "1", "supervision": "end", "cell": cell, "leak": "0.5",
      "targets": "a:/b", "drive": "a:/b", "data": "a", "description": "a",
    ]
    for name in FlagCatalog(of: TaskOptions.self).names where name != "help" {
      let needs = (needed[task] ?? []).filter { !$0.hasPrefix("--\(name)=") }
      // A leak of a flip-flop is that of its rates.
      let more = name == "leak" && task == .flipflop ? ["--cell=rate"] : []
      let value = values[name] ?? "2000"
      let words = ["train", task.rawValue, "-o", "x", "--\(name)=\(value)"] + needs + more
      let isTaken = (try? ParsedCommand.parse(words)) != nil
      #expect(page.contains("  --\(name)\n") == isTaken, "\(words): \(page)")
    }
  }

  @Test func pageOfATask() throws {
    for words in [["train", "lorenz", "--help"], ["train", "lorenz", "--steps", "9", "-h"]] {
      let error = #expect(throws: CleanExit.self) { try ParsedCommand.parse(words) }
      #expect(error.map { "\($0)" }?.contains("Lyapunov") == true)
    }
  }

  /// The references are those that archives show, letter by letter.
  @Test func citations() throws {
    struct Archive: Decodable { let references: [String] }
    let file = URL(fileURLWithPath: checkout + "/.zenodo.json")
    let archive = try JSONDecoder().decode(Archive.self, from: Data(contentsOf: file))
    #expect(archive.references.count == Citation.allCases.count)
    for reference in archive.references { #expect(Citation.text.contains(reference)) }
    let error = #expect(throws: (any Error).self) { try ParsedCommand.parse(["--cite", "fit"]) }
    #expect(error.map { GanglionCommand.fullMessage(for: $0) } == Citation.text)
  }
}

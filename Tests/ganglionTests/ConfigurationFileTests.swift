import Collectives
import Foundation
import TestSupport
import Testing

@testable import ganglion

/// `--config FILE` as words of a command line.
@Suite struct ConfigurationFileTests {
  /// The words that a file adds to `ganglion fit`, given those of the command line.
  private func words(_ text: String, given: [String] = []) throws -> [String] {
    let folder = try TemporaryDirectory()
    let path = folder.file("run.yaml")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try ConfigurationFile(path).arguments(
      without: GivenFlags(given), catalog: FlagCatalog(of: FitCommand.self))
  }

  @Test func scalarsFlagsAndLists() throws {
    #expect(try words("lambda: 1e-3\nalpha: auto") == ["--alpha=auto", "--lambda=1e-3"])
    #expect(try words("no-bias: true\nstrict: false") == ["--no-bias"])
    #expect(try words("inputs: [a, b]") == ["--inputs=a", "--inputs=b"])
    // Words stay as they stand: 010 is no eight, and no date is made of a date.
    #expect(try words("traces: 010") == ["--traces=010"])
    #expect(try words("lambda: -1") == ["--lambda=-1"])
  }

  @Test func nothing() throws {
    for text in ["", "# a comment\n", "---\n"] { #expect(try words(text).isEmpty) }
  }

  /// Flags of the command line win, whichever way they are written.
  @Test(arguments: [["--lambda", "2"], ["--lambda=2"], ["x.h5", "--lambda", "2", "--strict"]])
  func flagsWin(given: [String]) throws {
    #expect(try words("lambda: 1\nholdout: 0.1", given: given) == ["--holdout=0.1"])
  }

  @Test func theShortOutput() throws {
    #expect(try words("output: a.h5", given: ["-o", "b.h5"]).isEmpty)
  }

  @Test(arguments: [
    ("lambda: [1, 2]", "lambda is a list, expected one value"),
    ("inputs: [a, {b: 1}]", "inputs is a table, expected a value"),
    ("strict: yes please", "strict is yes please, expected true or false"),
    ("strict: [true]", "strict is a list, expected one value"),
    ("lambda: ", "lambda has no value"), ("lambda: ''", "lambda has no value"),
    ("lamda: 1", "no flag 'lamda': did you mean lambda?"),
    ("config: other.yaml", "config cannot nest"), ("lambda: 1\nlambda: 2", "given twice"),
    ("just words", "expected `flag: value` lines"), ("a: [", "not YAML"),
  ])
  func refusals(text: String, says: String) throws {
    let error = try #require(throws: CommandLineError.self) { try words(text) }
    #expect(error.exitCode == ExitCode.configuration && error.description.contains(says))
    #expect(error.description.contains("run.yaml: "), "\(error)")
  }

  @Test func noFile() throws {
    let error = try #require(throws: CommandLineError.self) {
      try ConfigurationFile("/nowhere/run.yaml")
    }
    #expect(error.exitCode == ExitCode.missingInput)
  }
}

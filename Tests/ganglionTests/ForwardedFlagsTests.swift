import Foundation
import TestSupport
import Testing

@testable import ganglion

/// Flags of one command line that another command gets.
@Suite struct ForwardedFlagsTests {
  private func flags(
    _ line: String, except left: Set<String> = ["output", "config"]
  ) throws -> [String] {
    try CommandPath(of: line.split(separator: " ").map(String.init))
      .flags(for: FitCommand.self, except: left)
  }

  @Test func argumentsAndOutputStay() throws {
    #expect(try flags("run a.h5 b.h5 -o out").isEmpty)
    #expect(try flags("run a.h5 --output=out --output out").isEmpty)
    #expect(
      try flags("run --alpha 0.1 a.h5 --no-bias b.h5 --lambda=1e-3")
        == ["--alpha", "0.1", "--no-bias", "--lambda=1e-3"])
  }

  @Test func repeatedFlagsAndNegativeValues() throws {
    #expect(
      try flags("run a.h5 --inputs /x --inputs=/y --dt=-1")
        == ["--inputs", "/x", "--inputs=/y", "--dt=-1"])
  }

  /// Of a plan's flags those that a fit has: nodes and sizes are the job's.
  @Test func ofAPlan() throws {
    let line = "plan --neurons 9 --frames 99 --nodes 2 --lambda 1e-4 --form dual --inputs 3"
    #expect(try flags(line, except: ["inputs"]) == ["--lambda", "1e-4", "--form", "dual"])
  }

  @Test func configurationFile() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("run.yaml")
    try "lambda: 1e-3\nno-bias: true\noutput: x\nalpha: 0.2".write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(
      try flags("run a.h5 --config \(path) --alpha 0.1")
        == ["--alpha", "0.1", "--lambda=1e-3", "--no-bias"])
  }
}

import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `ganglion plan` on machines that are described by hand.
  @Suite struct PlanTests {
    private let machine = """
      {"ranks": 1, "hosts": 1, "threads": 1, "productRateFloat": 6e10, "shortSum": 1e-5,
      "productRateDouble": 3e10, "memoryBandwidth": 1e10, "longSum": 1e-2}
      """

    private func plan(
      _ machine: String, in folder: borrowing TemporaryDirectory, neurons: Int = 100,
      frames: Int = 200
    ) throws -> [String] {
      let path = folder.file("machine.json")
      try machine.write(toFile: path, atomically: true, encoding: .utf8)
      return [
        "plan", "--neurons", "\(neurons)", "--frames", "\(frames)", "--machine", path,
      ]
    }

    @Test(arguments: [
      ("\"hosts\": 1, ", "", "hosts is missing"),
      ("6e10", "-6e10", "productRateFloat is -60000000000.0, expected a number > 0"),
      ("\"threads\": 1", "\"threads\": 0", "threads is 0.0, expected a number > 0"),
      ("3e10", "\"fast\"", "productRateDouble is not a number"),
      ("}", "", "not valid JSON"),
    ]) func descriptionThatIsNone(part: String, instead: String, says: String) throws {
      let folder = try TemporaryDirectory()
      let wrong = machine.replacingOccurrences(of: part, with: instead)
      try expectRefusal(
        plan(wrong, in: folder), 65, "machine.json is no machine description", says,
        in: folder.path)
    }

    /// A strong ridge leaves fewer directions to look for: less work is foreseen.
    @Test func theRidgeIsPlannedWith() throws {
      let folder = try TemporaryDirectory()
      func seconds(_ lambda: String) throws -> Double {
        let text = try succeed(
          plan(machine, in: folder, neurons: 3000, frames: 2500) + ["--lambda", lambda])
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("solve") })
        return try #require(line.split(separator: " ").last.flatMap { Double($0) })
      }
      #expect(try seconds("1e-2") < 0.9 * seconds("1e-6"))
      try expectRefusal(
        plan(machine, in: folder) + ["--lambda", "inf"], 64, "--lambda is inf", in: folder.path)
    }

    /// The plan of a job over several nodes needs no such nodes, and says what it assumed.
    @Test func nodesThatAreNotThere() throws {
      let folder = try TemporaryDirectory()
      let text = try succeed(plan(machine, in: folder) + ["--nodes", "4", "--ranks-per-node", "2"])
      #expect(text.contains("PREDICTION") && text.contains("4 nodes × 2 ranks"))
      #expect(text.contains("assumed: 10 Gbit/s") && text.contains("predicted between nodes"))
      let alone = try succeed(plan(machine, in: folder))
      #expect(!alone.contains("between nodes"))
    }
  }
}

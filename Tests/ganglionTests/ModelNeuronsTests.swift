import Collectives
import Testing

@testable import ganglion

/// Which neurons a flag means.
@Suite struct ModelNeuronsTests {
  private let named = ModelNeurons(
    path: "m.h5", labels: ["left", "b", "right"], regions: ["V1", "V2", "V1"])

  @Test func namesRegionsAndPlaces() throws {
    #expect(try named.places(of: "right,b", "--x") == [1, 2])
    #expect(try named.given(by: "right,b", "--x") == [2, 1])
    #expect(try named.places(of: "V1", "--x") == [0, 2])
    #expect(try named.places(of: "2,0", "--x") == [0, 2])
    #expect(try named.places(of: "all", "--x") == [0, 1, 2])
  }

  /// Where a neuron is called by a number, numbers are names and nothing else.
  @Test func numbersAsNames() throws {
    let numbered = ModelNeurons(path: "m.h5", labels: ["7", "0", "x"], regions: nil)
    #expect(try numbered.places(of: "0", "--x") == [1])
    let error = try #require(throws: CommandLineError.self) { try numbered.places(of: "2", "--x") }
    #expect(error.description == "--x: m.h5 has no neuron 2: its first is 7, its last x")
  }

  @Test func refusals() throws {
    let twice = ModelNeurons(path: "m.h5", labels: ["a", "b", "a"], regions: nil)
    for (neurons, text, says) in [
      (named, "3", "has no neuron 3: its first is left, its last right; numbers are places from 0"),
      (named, "-1", "has no neuron -1"), (named, "b,1", "names neuron b twice"),
      (twice, "a", "has 2 neurons called a"),
    ] {
      let error = try #require(throws: CommandLineError.self) {
        try neurons.places(of: text, "--x")
      }
      #expect(error.exitCode == ExitCode.usage && error.description.contains(says), "\(error)")
    }
  }
}

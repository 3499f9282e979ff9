import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `--weights factored`, written out again by Scripts/expand-weights.
  @Suite struct FactoredTests {
    @Test(arguments: [[String](), ["--self-connections"]])
    func expandedFactorsAreTheWeights(more: [String]) throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "50", "--frames", "60", "--inputs", "1", "-o",
        recording,
      ])
      let fit = ["fit", recording, "--form", "dual", "--lambda", "1e-3", "-o"]
      let full = folder.file("full.h5")
      let factored = folder.file("factored.h5")
      let expanded = folder.file("expanded.h5")
      try succeed(fit + [full] + more)
      try succeed(fit + [factored, "--weights", "factored"] + more, ranks: 2)
      let script = checkout + "/Scripts/expand-weights"
      let result = try launch(
        ranks: nil, command: [script, factored, expanded], timeout: 300)
      try #require(result.status == 0, "\(result.output)\(result.errors)")
      let weights = entries(try readMatrix(full, "/W"))
      #expect(relativeError(entries(try readMatrix(expanded, "/W")), weights) < 1e-9)
      for name in ["/b", "/score/mse", "/score/rollout_mse"] {
        let own = try readVector(expanded, name)
        #expect(relativeError(own, try readVector(full, name)) < 1e-6, "\(name)")
      }
      // What was expanded is a model like any other.
      try succeed(["evaluate", expanded, "--horizon", "2"])
    }
  }
}

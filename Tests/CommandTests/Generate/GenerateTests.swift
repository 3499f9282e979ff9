import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Generated recordings: what is in them, on any number of ranks, and what a fit finds.
  @Suite struct GenerateTests {
    @Test(arguments: [
      ["flipflop", "--bits", "2"], ["timed-response", "--interval", "3", "--interval", "5"],
    ])
    func tasksAreTheSameOnAnyRanksAndCanBeFitted(_ kind: [String]) throws {
      let folder = try TemporaryDirectory()
      let alone = folder.file("alone.h5")
      let ranked = folder.file("ranked.h5")
      let size = ["--neurons", "80", "--frames", "900", "--seed", "3"]
      try succeed(["generate"] + kind + size + ["-o", alone])
      try succeed(["generate"] + kind + size + ["-o", ranked], ranks: 3)
      for path in [
        "/rates", "/inputs", "/truth/W", "/truth/W_in", "/truth/outputs", "/truth/W_out",
      ] {
        let one = try readMatrix(alone, path)
        #expect(entries(one) == entries(try readMatrix(ranked, path)), "\(path)")
      }
      // The readout's sign is the wanted output in most frames.
      let rates = try readMatrix(alone, "/rates")
      let weights = try readMatrix(alone, "/truth/W_out")
      let readout = product(rates.view, weights.view.transposed)
      let targets = try readMatrix(alone, "/truth/outputs")
      #expect(entries(readout).count == entries(targets).count)
      let right = zip(entries(readout), entries(targets)).count { $0 * $1 > 0 }
      #expect(Double(right) > 0.8 * Double(entries(targets).count))
      let model = folder.file("model.h5")
      try succeed(["fit", alone, "-o", model, "--lambda", "1e-3"], ranks: 2)
      let scores = try succeed(["evaluate", model])
      #expect(scores.contains("pearson"))
    }

    @Test func aTaskThatCannotBeDoneIsRefused() throws {
      let folder = try TemporaryDirectory()
      let output = folder.file("x.h5")
      try expectRefusal(
        ["generate", "timed-response", "--interval", "0.1", "-o", output], 64,
        "cannot respond within 1 frame", "longer --interval", in: folder.path)
      try expectRefusal(
        ["generate", "flipflop", "--neurons", "3", "--bits", "4", "-o", output], 64,
        "--bits is 4", in: folder.path)
    }
  }
}

import Foundation
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

    /// The factors are the file's truth; W itself, N² numbers, is nowhere.
    @Test func lowRankIsTheSameOnAnyRanksAndCanBeFittedAndEvaluated() throws {
      let folder = try TemporaryDirectory()
      let alone = folder.file("1.h5")
      let generate = [
        "generate", "low-rank", "--neurons", "61", "--rank", "6", "--frames", "300", "--inputs",
        "2", "--noise", "laplace", "-o",
      ]
      try succeed(generate + [alone])
      for ranks in [2, 3, 5] {
        let ranked = folder.file("\(ranks).h5")
        try succeed(generate + [ranked], ranks: ranks)
        for path in ["/rates", "/inputs", "/truth/M", "/truth/N", "/truth/W_in"] {
          #expect(
            entries(try readMatrix(ranked, path)) == entries(try readMatrix(alone, path)),
            "\(path) on \(ranks) ranks")
        }
      }
      // Each rate follows from the one before by W = M Nᵀ, but for the noise.
      let rates = try readMatrix(alone, "/rates")
      let loadings = try readMatrix(alone, "/truth/M")
      let readouts = try readMatrix(alone, "/truth/N")
      let inputs = try readMatrix(alone, "/inputs")
      let inputWeights = try readMatrix(alone, "/truth/W_in")
      let latents = product(rates.view, readouts.view)
      let recurrent = product(latents.view, loadings.view.transposed)
      let external = product(inputs.view, inputWeights.view.transposed)
      for t in 0..<299 {
        for i in 0..<61 {
          let target = 0.9 * rates[t, i] + 0.1 * tanh(recurrent[t, i] + external[t, i])
          #expect(abs(rates[t + 1, i] - target) < 0.01, "frame \(t), neuron \(i)")
        }
      }
      let model = folder.file("model.h5")
      try succeed(["fit", alone, "-o", model, "--lambda", "1e-3"], ranks: 2)
      #expect(try !succeed(["evaluate", model]).contains("connectivity"))
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
      try expectRefusal(
        ["generate", "low-rank", "--rank", "3", "-o", output], 64, "--rank is 3", "even number",
        in: folder.path)
    }
  }
}

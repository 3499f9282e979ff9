import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// What is done to cells of a fitted network, and what that does.
  @Suite struct PerturbTests {
    /// A model of seven neurons in two regions, and the recording.
    private func fitted(
      in folder: borrowing TemporaryDirectory
    ) throws -> (model: String, recording: String) {
      let recording = folder.file("chaos.h5")
      let model = folder.file("model.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", "300", "--inputs", "2", "-o",
        recording,
      ])
      let regions = folder.file("regions.h5")
      let file = try File.create(regions)
      do {
        let dataset = try file.createStrings("/region", ["A", "A", "A", "B", "B", "B", "B"])
        try dataset.close()
      }
      try file.close()
      try succeed([
        "fit", recording, "-o", model, "--alpha", "0.2", "--lambda", "1e-3", "--regions",
        regions + ":/region",
      ])
      return (model, recording)
    }

    /// What perturb says of a pulse is what two runs of simulate differ by.
    @Test func perturbIsTheDifferenceOfTwoSimulations() throws {
      let folder = try TemporaryDirectory()
      let (model, recording) = try fitted(in: folder)
      let found = folder.file("found.h5")
      let text = try succeed([
        "perturb", model, "--read-out", "B", "--horizon", "6", "--amount", "1.5", "--current-for",
        "2", "--start-frame", "200", "--top", "3", "-o", found,
      ])
      #expect(
        text.contains("the strongest 3") && text.contains("* part of the read-out"), "\(text)")
      #expect(text.contains("expected: in simulations"), "\(text)")
      let simulate = [
        "simulate", model, "--recording", recording, "--start-frame", "200", "--steps", "6", "-o",
      ]
      let rest = folder.file("rest.h5")
      try succeed(simulate + [rest])
      let before = try readMatrix(rest, "/rates")
      let cells = try readMatrix(found, "/response_of_cells")
      let ofReadOut = try readMatrix(found, "/response")
      for j in [0, 4] {
        let driven = folder.file("driven.h5")
        try succeed(simulate + [driven, "--drive", "\(j)=1.5:0-2"])
        let after = try readMatrix(driven, "/rates")
        for i in 0..<7 {
          // The recordings of simulate are 32-bit floats.
          #expect(abs(cells[i, j] - (after[6, i] - before[6, i])) < 1e-6)
        }
        for ahead in 1...6 {
          let expected = (3..<7).reduce(0) { $0 + after[ahead, $1] - before[ahead, $1] } / 4
          #expect(abs(ofReadOut[ahead - 1, j] - expected) < 1e-6)
        }
      }
      let rank = try readVector(found, "/rank")
      let last = (0..<7).map { abs(ofReadOut[5, $0]) }
      #expect(rank == last.map { own in Double(1 + last.count { $0 > own }) })
    }

    /// The same on 1, 2 and 3 ranks and on more than there are neurons; a small pulse does what
    /// the derivative says; starts are averaged.
    @Test func ranksAgree() throws {
      let folder = try TemporaryDirectory()
      let (model, _) = try fitted(in: folder)
      func perturb(_ more: [String], _ ranks: Int? = nil) throws -> [[Double]] {
        let found = folder.file("found.h5")
        try succeed(
          ["perturb", model, "--read-out", "2,3", "--amount", "1e-4", "-o", found] + more,
          ranks: ranks)
        return [try readVector(found, "/sensitivity")]
          + (try ["/response", "/response_of_cells"].map { entries(try readMatrix(found, $0)) })
      }
      let alone = try perturb(["--starts", "3"])
      for ranks in [2, 3, 8] {
        for (own, other) in zip(alone, try perturb(["--starts", "3"], ranks)) {
          #expect(relativeError(other, own) < 1e-9, "\(ranks) ranks")
        }
      }
      let response = alone[1].suffix(7).map { $0 / 1e-4 }
      #expect(relativeError(response, alone[0]) < 1e-3)
      let frames = try readVector(folder.file("found.h5"), "/start").map { Int($0) }
      #expect(frames.count == 3 && frames[2] == 289)
      let single = try frames.map { try perturb(["--start-frame", "\($0)"]) }
      let mean = single[0][0].indices.map { k in single.reduce(0) { $0 + $1[0][k] } / 3 }
      #expect(relativeError(mean, alone[0]) < 1e-9)
      let some = try perturb(["--candidates", "A", "--starts", "3"])
      #expect(some[0] == alone[0] && some[1].count == 30)
      for ahead in 0..<10 {
        let own = Array(some[1][3 * ahead..<3 * ahead + 3])
        #expect(relativeError(own, Array(alone[1][7 * ahead..<7 * ahead + 3])) < 1e-9)
      }
    }

    /// Cells that are held stand still, on any ranks; the others feel it.
    @Test func whatIsHeldStandsStill() throws {
      let folder = try TemporaryDirectory()
      let (model, _) = try fitted(in: folder)
      let simulate = ["simulate", model, "--steps", "12", "-o"]
      let held = [
        "--silence", "B", "--clamp", "0,1=-0.5:3-6", "--drive", "2=2", "--drive", "2=-1:4-5",
      ]
      try succeed(simulate + [folder.file("plain.h5")])
      try succeed(simulate + [folder.file("held.h5")] + held)
      let plain = try readMatrix(folder.file("plain.h5"), "/rates")
      let rates = try readMatrix(folder.file("held.h5"), "/rates")
      for t in 0...12 {
        for i in 3..<7 { #expect(rates[t, i] == 0) }
        for i in 0..<2 { #expect((rates[t, i] == -0.5) == (3..<6).contains(t)) }
        #expect(t == 0 || rates[t, 2] != plain[t, 2])
      }
      for ranks in [2, 3, 8] {
        try succeed(simulate + [folder.file("ranked.h5")] + held, ranks: ranks)
        #expect(try entries(readMatrix(folder.file("ranked.h5"), "/rates")) == entries(rates))
      }
    }

    @Test func whatCannotBeDoneIsRefused() throws {
      let folder = try TemporaryDirectory()
      let (model, recording) = try fitted(in: folder)
      let output = folder.file("x.h5")
      func simulate(_ flags: String..., says text: String) throws {
        try expectRefusal(
          ["simulate", model, "--steps", "9", "-o", output] + flags, 64, text, in: folder.path)
      }
      try simulate("--silence", "1,nobody", says: "has no neuron nobody")
      try simulate("--silence", "nobody", says: "nor a region of that name: it has A, B")
      try simulate("--silence", "1,2,1", says: "names neuron 1 twice")
      try simulate("--silence", "A,1", says: "names neuron 1 twice")
      try simulate("--silence", "1", "--silence", "A", says: "neuron 1 is held twice at a time")
      try simulate("--clamp", "1=1.5", says: "rates lie in [-1, 1]")
      try simulate("--clamp", "1=0.5:4-11", says: "are 0 to 9")
      try simulate("--drive", "1=0.5:4-10", says: "are 0 to 8")
      try simulate("--drive", "1", says: "--drive")
      func perturb(_ flags: String..., says text: String) throws {
        try expectRefusal(
          ["perturb", model, "-o", output] + flags, 64, text, in: folder.path)
      }
      try perturb("--read-out", "C", says: "nor a region of that name")
      try perturb("--read-out", "1", "--horizon", "300", says: "longest trial has 300 frames")
      try perturb(
        "--read-out", "1", "--start-frame", "295", says: "the first that can be is 0, the last 289")
      try perturb("--read-out", "1", "--starts", "400", says: "290 frames of")
      try perturb("--read-out", "1", "--current-for", "11", says: "expected 1 to --horizon")
      try perturb("--read-out", "1", "--amount", "0", says: "--amount is 0")
      try perturb("--read-out", "1", "--candidates", "3,3", says: "names neuron 3 twice")
      try expectRefusal(
        ["perturb", recording, "--read-out", "1"], 65, "holds no model", in: folder.path)
    }
  }
}

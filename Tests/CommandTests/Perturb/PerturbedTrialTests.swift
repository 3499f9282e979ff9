import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Stimulated trials: what a network foresees of them.
  @Suite struct PerturbedTrialTests {
    /// A fitted network, and a recording that it made itself while cells were driven.
    private func stimulated(
      in folder: borrowing TemporaryDirectory
    ) throws -> (model: String, recording: String) {
      let chaos = folder.file("chaos.h5")
      let (model, recording) = (folder.file("model.h5"), folder.file("stimulated.h5"))
      try succeed(["generate", "chaotic", "--neurons", "12", "--frames", "400", "-o", chaos])
      try succeed(["fit", chaos, "-o", model, "--alpha", "0.2", "--lambda", "1e-3"])
      try succeed([
        "simulate", model, "--recording", chaos, "--start-frame", "10", "--steps", "149", "-o",
        recording, "--drive", "3,5=4:29-32", "--drive", "0=-3:89-90",
      ])
      return (model, recording)
    }

    /// The network that made the recording foresees it: with the current, and with the cells held
    /// at what was recorded of them; the recording is of 32-bit floats.
    @Test(arguments: [
      "frame,cells,amount,frames\n30,3;5,4,3\n90,0,-3,1\n", "cells;time\n3,5;3.0\n0;9.0\n",
      // Most lines have one semicolon, and the first says what is between columns.
      "frame,cells,amount,frames\n30,3;5,4,3\n90,;0,-3,1\n",
    ])
    func theNetworkItselfForesees(text: String) throws {
      let folder = try TemporaryDirectory()
      let (model, recording) = try stimulated(in: folder)
      let table = folder.file("trials.csv")
      try text.write(toFile: table, atomically: true, encoding: .utf8)
      var alone: [Double] = []
      for ranks in [nil, 2, 3, 13] {
        let scores = folder.file("scores.h5")
        let said = try succeed(
          ["evaluate", model, "--recording", recording, "--perturbed", table, "-o", scores],
          ranks: ranks)
        #expect(said.contains("in 2 perturbed trials"), "\(said)")
        let cells = try readVector(scores, "/perturbed/cell")
        // Of the first trial all but its own cells, of the second all but the first.
        let expected = [0, 1, 2, 4, 6, 7, 8, 9, 10, 11] + Array(1..<12)
        #expect(cells.map { Int($0) } == expected)
        let foreseen = try readMatrix(scores, "/perturbed/foreseen")
        let measured = try readMatrix(scores, "/perturbed/measured")
        #expect(foreseen.rows == 3 && foreseen.columns == 21)
        #expect(relativeError(entries(foreseen), entries(measured)) < 1e-2)
        let correlation = try readVector(scores, "/perturbed/correlation")
        let ratio = try readVector(scores, "/perturbed/error_ratio")
        #expect(correlation.allSatisfy { $0 > 0.999 } && ratio.allSatisfy { $0 < 1e-3 }, "\(said)")
        if ranks == nil { alone = correlation + ratio }
        #expect(relativeError(correlation + ratio, alone) < 1e-3)
      }
    }

    @Test func tablesThatSayTooLittleAreRefused() throws {
      let folder = try TemporaryDirectory()
      let (model, recording) = try stimulated(in: folder)
      let table = folder.file("trials.csv")
      func refuse(_ text: String, _ code: Int32, _ message: String) throws {
        try text.write(toFile: table, atomically: true, encoding: .utf8)
        try expectRefusal(
          ["evaluate", model, "--recording", recording, "--perturbed", table], code, message,
          in: folder.path)
      }
      try refuse("cells,amount\n3,1\n", 65, "perturbed trials need the time at which each begins")
      try refuse("time,cells\n3.0,3\n,5\n", 65, "line 3: no time")
      try refuse("frame,amount\n30,3\n", 65, "need a column cells")
      try refuse("frame,cells\n30,3\n150,5\n", 65, "line 3: frame is 150")
      try refuse("frame,cells\n30,nobody\n", 65, "has no neuron nobody")
      try refuse("frame,cells\n30,3;3\n", 65, "names neuron 3 twice")
      try refuse("frame,cells\n0,3\n145,2\n", 65, "of none of its 2 trials")
      try refuse("frame,cells\n", 65, "no trial below")
    }
  }
}

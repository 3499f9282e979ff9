import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Models of a share of a network's cells, held against what is known of all of them.
  @Suite struct ShareOfCellsTests {
    /// Recordings of one network: of all of its 14 cells, of six, and a model of each.
    ///
    /// Without self-connections, as with them any leak fits as well as the next.
    private func recorded(
      in folder: borrowing TemporaryDirectory, _ more: [String] = []
    ) throws {
      try succeed([
        "train", "flipflop", "--cell", "rate", "--steps", "20", "--leak", "0.6", "--hidden", "14",
        "--optimizer", "adam", "--learning-rate", "0.01", "--iterations", "40", "--batch", "8",
        "--held-out", "4", "-o", folder.file("run.h5"),
      ])
      for (name, cells) in [("all", []), ("share", ["--cell-count", "6"])] {
        try succeed(
          [
            "simulate", folder.file("run.h5"), "-o", folder.file("\(name).h5"), "--trial-count",
            "30", "--input-noise", "0.2", "--alpha-spread", "0.05",
          ] + cells)
        try succeed(
          [
            "fit", folder.file("\(name).h5"), "-o", folder.file("\(name)-model.h5"), "--alpha",
            "per-neuron", "--lambda", "1e-3",
          ] + more)
      }
    }

    /// As many cells are not the same ones: names tell, in any order.
    @Test func truthOfOtherCellsIsRefused() throws {
      let folder = try TemporaryDirectory()
      try recorded(in: folder)
      try succeed([
        "simulate", folder.file("run.h5"), "-o", folder.file("other.h5"), "--trial-count", "2",
        "--cell-count", "6", "--network-seed", "2",
      ])
      let own = try readVector(folder.file("share.h5"), "/truth/cell")
      try #require(try readVector(folder.file("other.h5"), "/truth/cell") != own)
      try expectRefusal(
        [
          "evaluate", folder.file("share-model.h5"), "--truth", folder.file("other.h5"),
        ], 65, "which are not among them by name", in: folder.path)
    }

    /// All numbers from the files, by their definitions.
    @Test func weightsAndLeaksOfTheCellsThatAreSeen() throws {
      let folder = try TemporaryDirectory()
      try recorded(in: folder)
      let (share, model) = (folder.file("share.h5"), folder.file("share-model.h5"))
      let cells = try readVector(share, "/truth/cell").map { Int($0) }
      let fitted = try readMatrix(model, "/W")
      let truth = try readMatrix(folder.file("all.h5"), "/truth/W")
      let inputs = try readMatrix(folder.file("all.h5"), "/truth/W_in")
      var (x, y): ([Double], [Double]) = ([], [])
      for (i, cell) in cells.enumerated() {
        for (j, other) in cells.enumerated() where j != i {
          x.append(fitted[i, j])
          y.append(truth[cell, other])
        }
      }
      let trueInputs = cells.flatMap { cell in (0..<3).map { inputs[cell, $0] } }
      let own = entries(try readMatrix(model, "/W_in"))
      let leaks = try readVector(model, "/alpha")
      let trueLeaks = try readVector(share, "/truth/alpha")
      #expect(Set(trueLeaks).count == 6)
      let squares = zip(leaks, trueLeaks).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      for (truth, ranks) in [("all.h5", nil), ("all.h5", 3), ("share.h5", 2), ("share.h5", 9)] {
        let text = try succeed(
          ["evaluate", model, "--truth", folder.file(truth), "--json"], ranks: ranks)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let found = try #require(object?["connectivity"] as? [String: Any])
        for (name, expected) in [
          ("weights", 30), ("pearson", pearson(x, y)), ("input_pearson", pearson(own, trueInputs)),
          ("alpha_pearson", pearson(leaks, trueLeaks)),
          ("alpha_rms_error", (squares / 6).squareRoot()),
        ] {
          let figure = (found[name] as? NSNumber)?.doubleValue ?? .nan
          #expect(abs(figure - expected) < 1e-6, "\(name) by \(truth) on \(ranks ?? 1) ranks")
        }
      }
    }

    /// The network's points by the cells that are seen are columns of those by all.
    @Test func fixedPointsOfAllCellsAsTheShareSeesThem() throws {
      let folder = try TemporaryDirectory()
      try recorded(in: folder)
      let all = folder.file("all-scores.h5")
      let evaluate = ["--fixed-points", "12", "-o"]
      try succeed(["evaluate", folder.file("all-model.h5")] + evaluate + [all])
      let states = try readMatrix(all, "/teacher_fixed_points/state")
      let cells = try readVector(folder.file("share.h5"), "/truth/cell").map { Int($0) }
      for ranks in [nil, 3] {
        let scores = folder.file("scores.h5")
        let text = try succeed(
          ["evaluate", folder.file("share-model.h5"), "--truth", folder.file("all.h5")] + evaluate
            + [scores], ranks: ranks)
        #expect(text.contains("fixed points against those of the true network"), "\(text)")
        let seen = try readMatrix(scores, "/teacher_fixed_points/state")
        #expect(seen.rows == states.rows && seen.columns == 6)
        for point in 0..<states.rows {
          for (i, cell) in cells.enumerated() {
            #expect(abs(seen[point, i] - states[point, cell]) < 1e-6)
          }
        }
        #expect(try readMatrix(scores, "/teacher_fixed_points/eigenvalue_real").columns == 14)
        // A pair's distance from the states that are written.
        let own = try readMatrix(scores, "/fixed_points/state")
        let rates = try readMatrix(folder.file("share.h5"), "/rates")
        let fitted = rates.rows * 4 / 5
        let spread = (0..<6).reduce(0.0) { sum, i in
          let values = (0..<fitted).map { rates[$0, i] }
          let mean = values.reduce(0, +) / Double(fitted)
          return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(fitted)
        }.squareRoot()
        let truths = try readVector(scores, "/matched_points/truth").map { Int($0) }
        let networks = try readVector(scores, "/matched_points/network").map { Int($0) }
        let distances = try readVector(scores, "/matched_points/distance")
        for (pair, distance) in distances.enumerated() {
          let square = (0..<6).reduce(0.0) { sum, i in
            let step = seen[truths[pair], i] - own[networks[pair], i]
            return sum + step * step
          }
          #expect(abs(distance - square.squareRoot() / spread) < 1e-3 * distance)
        }
      }
    }

    /// The curve of a fit has the same r as the weights in its file.
    @Test func theCurveOfAFitKnowsTheShare() throws {
      let folder = try TemporaryDirectory()
      try recorded(in: folder, ["--curve"])
      let text = try succeed(["evaluate", folder.file("share-model.h5"), "--json"])
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      let found = (object?["connectivity"] as? [String: Any])?["pearson"] as? Double
      let curve = try readVector(folder.file("share-model.h5"), "/log/method/weight_correlation")
      #expect(abs((curve.last ?? .nan) - (found ?? .nan)) < 1e-6)
    }

    @Test func whatIsNoPartIsRefused() throws {
      let folder = try TemporaryDirectory()
      let (recording, model, fit) = try sampleFit(in: folder)
      try succeed(fit)
      let other = folder.file("other.h5")
      try succeed(["generate", "chaotic", "--neurons", "60", "--frames", "50", "-o", other])
      try expectRefusal(
        ["evaluate", model, "--truth", other], 65, "of 60 neurons", "not among them by name",
        in: folder.path)
      try expectRefusal(
        ["simulate", recording, "-o", folder.file("x.h5")], 65, "holds no model", "ganglion fit",
        "train flipflop --cell rate", "train timed-response", in: folder.path)
    }
  }
}

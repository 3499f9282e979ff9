package import Collectives
internal import Foundation
package import HDF5
package import LinearAlgebra
package import Networks
package import Recordings

/// A fitted network on disk, described on every rank and read by rows.
///
/// `ModelFile.open` lets rank 0 look into the file and tells the others; then each rank
/// reads the rows of its own neurons, so no rank holds W whole.
package struct ModelFile: Sendable {
  /// What rank 0 tells the others.
  private struct Summary: Codable {
    var path: String
    var labels: [String]
    var inputs: Int
    var inputNames: [String]
    var alpha: Double
    var lambda: Double
    var isRidgeChosen: Bool
    var scaling: String
    var dt: Double?
    var inputSHA256: String?
    var configuration: String
    var isDouble: Bool
  }

  private let summary: Summary

  /// The path of the file, and the number and names of the neurons that it holds.
  package var path: String { summary.path }
  package var neurons: Int { summary.labels.count }
  package var labels: [String] { summary.labels }
  /// External inputs.
  package var inputs: Int { summary.inputs }
  /// Their names; empty where the file has none.
  package var inputNames: [String] { summary.inputNames }
  /// Leak, dt / tau.
  package var alpha: Double { summary.alpha }
  /// Ridge per frame of the fit.
  package var lambda: Double { summary.lambda }
  /// Whether held-out blocks chose it among several.
  package var isRidgeChosen: Bool { summary.isRidgeChosen }
  /// Seconds a frame of the recording, where it was known.
  package var dt: Double? { summary.dt }
  /// The digest of the recording that was fitted.
  package var inputSHA256: String? { summary.inputSHA256 }
  /// Every setting of the fit, as one JSON object.
  package var configuration: String { summary.configuration }
  /// Whether the fitted rates are those of the recording, as they stand.
  package var isUnscaled: Bool { summary.scaling == ScalingKind.none.rawValue }
  /// Whether W is stored as float64, else as float32.
  package var isDouble: Bool { summary.isDouble }

  /// Looks into a model; `origins` are the commands whose files the caller takes.
  ///
  /// - Throws: on every rank alike, `RecordingError` or `AgreedError`: 66 if there is no such
  ///   file, 65 if it is no model.
  /// - Collective: every rank of `group` must call it.
  package static func open(
    _ path: String, origins: String = "`ganglion fit`",
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> ModelFile {
    var found = Data()
    try group.agreeOnRoot { found = try JSONEncoder().encode(summarise(path, origins)) }
    let text = try group.broadcast(String(decoding: found, as: UTF8.self))
    return ModelFile(summary: try JSONDecoder().decode(Summary.self, from: Data(text.utf8)))
  }

  private static func summarise(_ path: String, _ origins: String) throws -> Summary {
    guard FileManager.default.fileExists(atPath: path) else {
      throw RecordingError.missing("\(path): no such file")
    }
    guard File.isHDF5(path) else {
      throw RecordingError.badData("\(path): not HDF5; give a model written by \(origins)")
    }
    do {
      let file = try File.open(path)
      if try file.kind(of: "/factored/b") == .dataset {
        throw RecordingError.badData(
          "\(path): W is stored as its factors; write it out with Scripts/expand-weights")
      }
      guard try file.kind(of: "/W") == .dataset, try file.kind(of: "/b") == .dataset,
        let alpha = try file.attribute("alpha")?.number
      else {
        throw RecordingError.badData(
          "\(path): holds no model (/W, /b and the attribute alpha); give a file written by"
            + " \(origins)")
      }
      let weights = try file.openDataset("/W")
      let labels = try file.openDataset("/neuron").readStrings()
      guard weights.shape == [labels.count, labels.count], weights.type.isNumeric else {
        throw RecordingError.badData(
          "\(path): W has shape \(weights.shape) and there are \(labels.count) neurons")
      }
      let hasInputs = try file.kind(of: "/W_in") == .dataset
      return Summary(
        path: path, labels: labels,
        inputs: hasInputs ? try file.openDataset("/W_in").shape[1] : 0,
        inputNames: try file.kind(of: "/input") == .dataset
          ? try file.openDataset("/input").readStrings() : [],
        alpha: alpha,
        lambda: try file.attribute("lambda")?.number ?? 0,
        isRidgeChosen: try ["lambda/candidate", "horizon/lambda"].contains {
          try file.kind(of: "/selection/\($0)") == .dataset
            && file.openDataset("/selection/\($0)").shape != [1]
        },
        scaling: try file.attribute("scaling")?.string ?? ScalingKind.none.rawValue,
        dt: try file.attribute("dt")?.number,
        inputSHA256: try file.attribute("input_sha256")?.string,
        configuration: try file.attribute("configuration")?.string ?? "{}",
        isDouble: weights.type == .float(bytes: 8))
    } catch let error as HDF5Error {
      throw unreadable(path, error)
    }
  }

  /// The network, each rank with the rows of its own neurons.
  ///
  /// - Throws: on every rank alike if any rank could not read its part, and 65 where a weight, an
  ///   offset or a leak is no finite number, which no fit writes.
  /// - Complexity: each rank reads its own rows.
  /// - Collective: every rank of `group` must call it.
  package func readNetwork<S: Scalar & Transferable & Storable>(
    _ local: Range<Int>, of type: S.Type = S.self, on group: borrowing some RankGroup & ~Copyable
  ) throws -> RateNetwork<S> {
    try group.agree {
      try reading { file in
        let weights = try file.openDataset("/W")
          .readBlock(rows: local, columns: 0..<neurons, of: S.self)
        var inputWeights = Matrix<S>(rows: local.count, columns: inputs)
        if inputs > 0 {
          inputWeights = try file.openDataset("/W_in").readBlock(rows: local, columns: 0..<inputs)
        }
        let network = RateNetwork(
          local: local, neurons: neurons, weights: weights, inputWeights: inputWeights,
          bias: try file.openDataset("/b").read(range: local),
          alpha: try file.kind(of: "/alpha") == .dataset
            ? file.openDataset("/alpha").read(range: local)
            : [Double](repeating: alpha, count: local.count))
        for (place, neuron) in local.enumerated() where !network.isFinite(at: place) {
          throw RecordingError.badData(
            "\(path): a weight onto neuron \(labels[neuron]), or its /b or /alpha, is no finite"
              + " number, which a fit does not write; mend it, or fit again")
        }
        return network
      }
    }
  }

  /// This rank's entries of a variable over neurons, such as "score/mse".
  ///
  /// - Throws: on every rank alike if it is missing or cannot be read.
  /// - Collective: every rank of `group` must call it.
  package func readNeurons(
    _ name: String, _ neurons: Range<Int>, on group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    try group.agree { try reading { try $0.openDataset("/" + name).read(range: neurons) } }
  }

  /// The region of each neuron; nil where the fit was not told any.
  ///
  /// - Throws: on every rank alike if they cannot be read.
  /// - Collective: every rank of `group` must call it.
  package func readRegions(on group: borrowing some RankGroup & ~Copyable) throws -> [String]? {
    try group.agree {
      try reading { file in
        try file.kind(of: "/region") == .dataset
          ? file.openDataset("/region").readStrings() : nil
      }
    }
  }

  /// How this rank's traces, neurons × frames as recorded, become rates, and how rates become
  /// values of the recording: with the offsets, trends and scales that the fit found.
  ///
  /// A baseline that moves, if `steps` has one, belongs to the recording at hand: it is found
  /// anew, from the frames `fitted`, and for the recording that was fitted it is the same.
  ///
  /// - Throws: on every rank alike, 65 if the file does not say, 64 if a baseline needs a
  ///   clock; what reading throws.
  /// - Collective: every rank of `group` must call it.
  package func scaling<S: Scalar>(
    of traces: borrowing Matrix<S>, local: Range<Int>, fitted: Range<Int>,
    in recording: Recording, steps: Preprocessing,
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> Scaling {
    guard let kind = ScalingKind(rawValue: summary.scaling) else {
      throw RecordingError.badData("\(path): the scaling \(summary.scaling) is not known")
    }
    return Scaling(
      kind: kind, offset: try readNeurons("preprocessing/offset", local, on: group),
      drift: try readNeurons("preprocessing/drift", local, on: group),
      scale: try readNeurons("preprocessing/scale", local, on: group),
      baseline: try steps.movingBaseline(
        of: traces, fitted: fitted, local: local, in: recording, on: group))
  }

  private func reading<R: ~Copyable>(_ body: (borrowing File) throws -> R) throws -> R {
    do {
      return try body(try File.open(path))
    } catch let error as HDF5Error {
      throw unreadable(path, error)
    }
  }
}

package import Collectives
package import HDF5
package import LinearAlgebra

/// What a generated recording is, apart from its numbers.
package struct RecordingShape: Sendable {
  package var neurons: Int
  package var frames: Int
  package var inputs = 0
  /// The rank of the true W where only its factors are known, `W = M Nᵀ`.
  package var rank: Int?
  /// Seconds a frame.
  package var dt: Double
  /// The time constant in seconds: alpha = dt / tau.
  package var tau: Double
  package var alpha: Double
  /// The first frame of each trial.
  package var trialStarts = [0]
  /// Names of the neurons; their numbers where nil.
  package var labels: [String]?

  package init(neurons: Int, frames: Int, dt: Double, tau: Double, alpha: Double) {
    self.neurons = neurons
    self.frames = frames
    self.dt = dt
    self.tau = tau
    self.alpha = alpha
  }
}

/// A recording with its truth, as `ganglion generate` writes it.
///
/// `/rates` (time, neuron), `/inputs` (time, input), `/trial_start`, `/truth/W`
/// (neuron, presyn), `/truth/W_in` (neuron, input), the dimensions' coordinates, and the
/// attributes `dt`, `tau`, `alpha`; `/truth/b` and `/truth/alpha` (neuron) where neurons have constant
/// currents or leaks of their own; of a network with a task its `/truth/outputs` and
/// `/truth/W_out` too. Of a network of low rank it holds the factors of `W = M Nᵀ` instead of
/// W: `/truth/M` (neuron, latent) and `/truth/N` (presyn, latent). All numbers are 32-bit
/// floats. It appears under its name when `finish` has completed it.
///
/// Every rank calls `create` and `finish` alike; the writing calls say what they need.
package struct RecordingFile: ~Copyable {
  private var file: ResultFile
  private let rates: Dataset
  private let weights: Dataset?
  private let isRoot: Bool
  /// Neurons, frames, inputs and the times of the recording.
  package let shape: RecordingShape

  /// Begins a recording.
  ///
  /// - Throws: `RecordingError` (73, 74) if it cannot be created, or the disk is too full.
  /// - Collective: every rank of the group must call it.
  package static func create(
    _ path: String, shape: RecordingShape, on group: borrowing some FileGroup & ~Copyable,
    provenance: Provenance
  ) throws -> RecordingFile {
    var file = try ResultFile.create(path, on: group, provenance: provenance)
    try file.contents.setAttribute("dt", shape.dt)
    try file.contents.setAttribute("tau", shape.tau)
    try file.contents.setAttribute("alpha", shape.alpha)
    for (dimension, meaning) in [("neuron", "neuron"), ("presyn", "presynaptic neuron")] {
      if let labels = shape.labels {
        try file.addDimension(dimension, labels: labels, longName: meaning)
      } else {
        try file.addDimension(dimension, count: shape.neurons, longName: meaning)
      }
    }
    try file.addDimension(
      "time", values: (0..<shape.frames).map { Double($0) * shape.dt }, units: "s",
      longName: "time")
    try file.addDimension("trial", count: shape.trialStarts.count, longName: "trial")
    try file.write(
      "trial_start", shape.trialStarts, ["trial"], longName: "first frame of the trial, from 0")
    if shape.inputs > 0 {
      try file.addDimension("input", count: shape.inputs, longName: "external input")
    }
    let rates = try file.createVariable(
      "rates", of: Float.self, ["time", "neuron"], longName: "firing rate, in (-1, 1)")
    let weights =
      shape.rank != nil
      ? nil
      : try file.createVariable(
        "truth/W", of: Float.self, ["neuron", "presyn"], longName: "true weight W[post, pre]")
    try file.requireSpace(on: group)
    return RecordingFile(
      file: file, rates: rates, weights: weights, isRoot: group.rank == 0, shape: shape)
  }

  /// Writes rates of frames from `frame` on, of neurons from `neuron` on, frames×neurons.
  ///
  /// - Collective: every rank calls it equally often; a rank's block may be empty.
  package func writeRates<S: Scalar & Storable>(
    _ block: borrowing Matrix<S>, frame: Int, neuron: Int
  ) throws {
    try rates.writeBlock(block, row: frame, column: neuron)
  }

  /// Writes true weights of the neurons from `neuron` on, neurons×presynaptic neurons.
  ///
  /// Each rank calls it when it likes. The shape has no rank.
  package func writeWeights<S: Scalar & Storable>(
    _ rows: borrowing Matrix<S>, neuron: Int
  ) throws {
    try weights?.writeBlock(rows, row: neuron, transfer: .independent)
  }

  /// Writes this rank's part of the factors of W, whose rank the shape tells.
  ///
  /// These are rows of M, neurons×rank, from `neuron` on, and rows of Nᵀ, latent
  /// variables×neurons, from `latent` on.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func writeFactors<S: Scalar & Storable>(
    _ loadings: borrowing Matrix<S>, neuron: Int, readouts: borrowing Matrix<S>, latent: Int
  ) throws {
    try file.addDimension("latent", count: loadings.columns, longName: "latent variable")
    let left = try file.createVariable(
      "truth/M", of: Float.self, ["neuron", "latent"], longName: "true factor M of W = M N'")
    try left.writeBlock(loadings, row: neuron)
    let right = try file.createVariable(
      "truth/N", of: Float.self, ["presyn", "latent"], longName: "true factor N of W = M N'")
    try right.writeBlock(readouts.view.transposed.copy(), row: 0, column: latent)
  }

  /// Writes external inputs, frames×inputs, that every rank has, and this rank's true
  /// input weights, neurons×inputs, of the neurons from `neuron` on.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func writeInputs<S: Scalar & Storable>(
    _ inputs: borrowing Matrix<S>, weights: borrowing Matrix<S>, neuron: Int
  ) throws {
    let values = try file.createVariable(
      "inputs", of: Float.self, ["time", "input"], longName: "external input")
    try values.writeBlock(isRoot ? inputs.copy() : Matrix(rows: 0, columns: inputs.columns))
    let truth = try file.createVariable(
      "truth/W_in", of: Float.self, ["neuron", "input"], longName: "true input weight")
    try truth.writeBlock(weights, row: neuron)
  }

  /// Writes what the network is made to do: `/truth/outputs` (time, output) and its readout
  /// `/truth/W_out` (output, neuron), which every rank has.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func writeTask<S: Scalar & Storable>(
    targets: borrowing Matrix<S>, readout: borrowing Matrix<S>,
    meaning: String = "wanted sign of the readout, 0 where undefined"
  ) throws {
    try file.addDimension("output", count: readout.rows, longName: "output of the task")
    let outputs = try file.createVariable(
      "truth/outputs", of: Float.self, ["time", "output"],
      longName: meaning)
    try outputs.writeBlock(isRoot ? targets.copy() : Matrix(rows: 0, columns: targets.columns))
    let weights = try file.createVariable(
      "truth/W_out", of: Float.self, ["output", "neuron"], longName: "readout weight")
    try weights.writeBlock(isRoot ? readout.copy() : Matrix(rows: 0, columns: readout.columns))
  }

  /// Writes `/region`, the region of each neuron, which every rank has.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func writeRegions(_ regions: [String]) throws {
    try file.write("region", regions, "neuron", longName: "region of the neuron")
  }

  /// Writes `/truth/alpha`, the leak of each neuron, which every rank has.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func writeLeaks(_ alpha: [Double]) throws {
    try file.write("truth/alpha", alpha, ["neuron"], longName: "true leak of the neuron")
  }

  /// Writes `/truth/b`, the constant current of each neuron, which every rank has.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func writeBias(_ bias: [Double]) throws {
    try file.write("truth/b", bias, ["neuron"], longName: "true constant current of the neuron")
  }

  /// Writes `/truth/cell`, the number of each neuron in the network that some of the recorded ones
  /// are of, which every rank has.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func writeCells(_ cells: [Int]) throws {
    try file.write(
      "truth/cell", cells, ["neuron"], longName: "number of the neuron in its network, from 0")
  }

  /// Writes an attribute of the whole recording.
  ///
  /// - Collective: every rank of the group must call it.
  package func writeAttribute(_ name: String, _ value: String) throws {
    try file.contents.setAttribute(name, value)
  }

  /// Writes an attribute of the whole recording.
  ///
  /// - Collective: every rank of the group must call it.
  package func writeAttribute(_ name: String, _ value: Int) throws {
    try file.contents.setAttribute(name, value)
  }

  /// Completes the recording and gives it its name.
  ///
  /// - Throws: exit code 74 if it could not be written to its end.
  /// - Collective: every rank of the group must call it.
  package consuming func finish(on group: borrowing some RankGroup & ~Copyable) throws {
    try rates.close()
    if let weights { try weights.close() }
    try file.finish(on: group)
  }
}

internal import Collectives
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Networks
internal import Results
internal import Wording

/// A network's run from its start to the file of `generate`.
struct GeneratedRun {
  let options: GenerationOptions
  let threads: Int
  let console: Console
  let settings: Settings
  let start: [Float]
  var trialStarts = [0]

  /// Runs the network over inputs × frames and writes the recording; `task` adds to it.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(
    _ network: borrowing some GeneratedNetwork & ~Copyable, inputs: borrowing Matrix<Float>,
    on world: borrowing Communicator, task: (inout RecordingFile) throws -> Void = { _ in }
  ) throws {
    let frames = options.frames
    var shape = RecordingShape(
      neurons: options.neurons, frames: frames, dt: options.dt, tau: options.tau,
      alpha: options.alpha)
    shape.inputs = inputs.rows
    shape.rank = network.factoredRank
    shape.trialStarts = trialStarts
    var file = try RecordingFile.create(
      options.output, shape: shape, on: world,
      provenance: Provenance(
        ranks: world.size, threads: threads, kernels: try world.kernelFamilies(),
        seed: Int(clamping: options.seed),
        configuration: try settings.json))
    try network.writeTruth(inputs: inputs, into: &file)
    try task(&file)
    let noise = options.noiseShape.noise(
      input: options.inputNoise, output: options.outputNoise, kind: options.noise,
      seed: options.seed)
    try network.record(
      from: start, steps: frames - 1, inputs: inputs, noise: noise, threads: threads,
      into: file, on: world
    ) { console.progress("generate", done: $0, of: frames, unit: "frames") }
    try file.finish(on: world)
    console.say(
      "wrote \(options.output): \(frames) frames of \(options.neurons)"
        + " \(plural("neuron", of: options.neurons)), "
        + "seed \(options.seed)")
    console.next(
      "ganglion", "fit", options.output, "-o", NextStep.file(beside: options.output, "-model.h5"))
  }
}

/// A network that `generate` can run, and whose weights it can write.
protocol GeneratedNetwork: RateDynamics, ~Copyable where S == Float {
  /// The rank of W where it is known by its factors alone.
  var factoredRank: Int? { get }

  /// Writes this rank's part of W or of its factors, the inputs × frames, and W_in.
  ///
  /// - Collective: every rank must call it.
  func writeTruth(inputs: borrowing Matrix<Float>, into file: inout RecordingFile) throws
}

extension RateNetwork<Float>: GeneratedNetwork {
  var factoredRank: Int? { nil }

  func writeTruth(inputs: borrowing Matrix<Float>, into file: inout RecordingFile) throws {
    try file.writeWeights(weights, neuron: local.lowerBound)
    try file.writeSignals(inputs, weights: inputWeights, neuron: local.lowerBound)
  }
}

extension LowRankNetwork<Float>: GeneratedNetwork {
  var factoredRank: Int? { rank }

  func writeTruth(inputs: borrowing Matrix<Float>, into file: inout RecordingFile) throws {
    try file.writeFactors(
      loadings, neuron: local.lowerBound, readouts: readouts, latent: localLatents.lowerBound)
    try file.writeSignals(inputs, weights: inputWeights, neuron: local.lowerBound)
  }
}

extension RecordingFile {
  /// Writes the inputs × frames, where there are any, and this rank's input weights.
  fileprivate mutating func writeSignals(
    _ inputs: borrowing Matrix<Float>, weights: borrowing Matrix<Float>, neuron: Int
  ) throws {
    guard inputs.rows > 0 else { return }
    try writeInputs(inputs.view.transposed.copy(), weights: weights, neuron: neuron)
  }
}

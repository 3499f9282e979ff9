internal import ArgumentParser
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Networks
internal import Recordings
internal import Results
internal import Wording

/// `ganglion simulate`: runs a fitted network.
struct SimulateCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Runs a fitted or a trained network.",
    discussion: """
      r[t+1] = (1 - alpha) r[t] + alpha tanh(W r[t] + W_in u[t] + b + e_in) + alpha e_out, \
      from a frame of a recording, or from random rates. Writes a recording like \
      `ganglion generate`: /rates (time, neuron), the start first, /inputs (time, input), \
      and the model's network under /truth. The same flags give the same file on any \
      number of ranks, to rounding.

      --silence, --drive and --clamp do something to neurons while it runs: the difference from a \
      run without is their effect in this network.

      Of a run of `ganglion train flipflop --cell rate` or `train timed-response` it makes a \
      recording with its truth, trial after trial, to fit as if nothing were known: the same \
      datasets, /truth/outputs and /truth/W_out as `generate`, /truth/alpha and /truth/cell. \
      The same flags give the same file on any number of ranks.

      Examples:
        ganglion simulate mouse-model.h5 -o simulated.h5 --steps 5000
        ganglion simulate worm.h5 -o driven.h5 --steps 200 --drive AVAL=0.5:20-30
        ganglion simulate teacher.h5 -o recording.h5
      """)

  @Argument(help: "A model of `ganglion fit`, or a run of `ganglion train`.") var model: String
  @Option(name: .shortAndLong, help: "The recording to write (HDF5).") var output: String
  @Option(
    help: """
      Steps, at least 1; default: to the recording's end, 1000 without a recording; of a run, \
      steps of a trial; default: those of the training.
      """)
  var steps: Int?
  @Option(help: "A recording of the same neurons, for the start and the inputs.")
  var recording: String?
  @Option(help: "The recording's frame to start from, counted from 0.") var startFrame = 0
  @Flag(help: "Set the inputs to zero, also where the recording has some.") var noInputs = false
  @Option(
    help: "Standard deviation (poisson: probability a frame) of the noise in the input currents.")
  var inputNoise = 0.0
  @Option(help: "Standard deviation (poisson: probability a frame) of the noise in the rates.")
  var outputNoise = 0.0
  @Option(help: "Kind of the noise in the rates: gaussian, laplace or poisson (unit impulses).")
  var noise = SimulationNoise.Kind.gaussian
  @OptionGroup var noiseShape: NoiseOptions
  @Option(
    help: "Seed of the noise and, without a recording, of the start; of a run, of its trials.")
  var seed: UInt64 = 1
  @OptionGroup(title: "Perturbation, of a model of fit") var perturbation: InterventionOptions
  @OptionGroup(title: "Of a run of train") var teacher: TeacherOptions
  @OptionGroup(title: "What to read of the recording, if not as in the fit")
  var source: SourceOptions
  @OptionGroup var match: MatchOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try requireFinite(["--input-noise": inputNoise, "--output-noise": outputNoise])
    if let steps { try require(steps >= 1, "--steps is \(steps), expected at least 1") }
    try require(startFrame >= 0, "--start-frame is \(startFrame), expected 0 or more")
    try require(
      recording != nil || startFrame == 0, "--start-frame needs --recording, whose frame it is")
    try require(
      recording != nil || !match.byPosition,
      "--by-position needs --recording, whose neurons it is about")
    try require(
      inputNoise >= 0 && outputNoise >= 0,
      "noise levels are \(asGiven(inputNoise)) and \(asGiven(outputNoise)), expected 0 or more")
    try noiseShape.validate(input: inputNoise, output: outputNoise, kind: noise)
    try perturbation.validate()
    try source.validate()
  }

  var files: FileRoles {
    var files = FileRoles(
      reading: [("the model", [model]), ("--recording", [recording])],
      source, common)
    files.write(output, as: "-o", .result(of: "simulate"))
    return files
  }

  func run(on world: borrowing Communicator) throws {
    guard let trained = try TrainedRun.find(in: model, on: world) else {
      try teacher.refuse(because: "\(model) is no run of `ganglion train`")
      let origins = "`ganglion fit`, `train flipflop --cell rate` or `train timed-response`"
      return try ModelFile.open(model, origins: origins, on: world).perform(self, on: world)
    }
    if let flag = perturbation.settings.keys.min() {
      throw CommandLineError.usage(
        "--\(flag) does nothing here: \(model) is a run of train, whose cells have no names; leave it"
          + " out")
    }
    guard recording == nil else {
      throw CommandLineError.usage(
        "--recording does nothing here: \(model) is a run of train, whose trials are drawn anew;"
          + " leave it out")
    }
    try TeacherRecording(self, of: trained).write(on: world)
  }

  func run<S: Scalar & Transferable & Storable>(
    _ model: ModelFile, in precision: S.Type, on world: borrowing Communicator
  ) throws {
    try SimulateRun<S>(command: self, model: model).run(on: world)
  }
}

/// One run of `ganglion simulate` in the precision of the model.
struct SimulateRun<S: Scalar & Transferable & Storable> {
  let command: SimulateCommand
  let model: ModelFile

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    let local = Partition(of: model.neurons, among: world.size).range(of: world.rank)
    let network: RateNetwork<S> = try model.readNetwork(local, on: world)
    let drive = try self.drive(local, console, on: world)
    let frames = drive.inputs.columns
    let intervention = try command.perturbation.intervention(
      on: ModelNeurons(of: model, on: world), steps: frames - 1)
    let given = command.source.dt ?? command.source.rate.map { 1 / $0 }
    if given == nil, model.dt == nil {
      console.say("note: the model has no clock: a frame counts as 1 s, unless --dt says more")
    }

    let dt = given ?? model.dt ?? 1
    var shape = RecordingShape(
      neurons: model.neurons, frames: frames, dt: dt, tau: dt / model.alpha, alpha: model.alpha)
    shape.inputs = model.inputs
    shape.labels = model.labels
    var file = try RecordingFile.create(
      command.output, shape: shape, on: world,
      provenance: try model.provenance(
        settings(frames - 1), seed: Int(clamping: command.seed), threads: threads, on: world))
    try file.writeWeights(network.weights, neuron: local.lowerBound)
    let bias = try world.gather(network.bias.map { Double($0) })
    if bias.contains(where: { $0 != 0 }) { try file.writeBias(bias) }
    let leaks = try world.gather(network.alpha)
    if leaks.contains(where: { $0 != leaks[0] }) { try file.writeLeaks(leaks) }
    if model.inputs > 0 {
      try file.writeInputs(
        drive.inputs.view.transposed.copy(), weights: network.inputWeights,
        neuron: local.lowerBound)
    }
    let noise = command.noiseShape.noise(
      input: command.inputNoise, output: command.outputNoise, kind: command.noise,
      seed: command.seed)
    try network.record(
      from: drive.start, steps: frames - 1, inputs: drive.inputs, noise: noise,
      intervention: intervention, threads: threads, into: file, on: world
    ) { console.progress("simulate", done: $0, of: frames, unit: "frames") }
    try file.finish(on: world)
    console.say("wrote \(command.output): \(frames) frames of \(model.neurons) neurons")
    console.next("ganglion", "inspect", command.output)
  }

  /// The rates to start from and the inputs × frames of the run.
  private struct Drive: ~Copyable {
    let start: [S]
    let inputs: Matrix<S>
  }

  private func drive(
    _ local: Range<Int>, _ console: Console, on world: borrowing Communicator
  ) throws -> Drive {
    guard let path = command.recording else {
      let frames = (command.steps ?? 1000) + 1
      return Drive(
        start: randomRates(count: model.neurons, seed: command.seed),
        inputs: Matrix(rows: model.inputs, columns: frames))
    }
    let opened = try model.openRecording([path], command.source, command.match, on: world)
    let recording = opened.recording
    console.say(opened)
    let first = command.startFrame
    let steps = command.steps ?? (recording.frames - 1 - first)
    guard first < recording.frames, steps >= 1 else {
      throw CommandLineError.usage(
        "--start-frame \(first): \(path) has \(recording.frames) frames")
    }
    let isDriven = model.inputs > 0 && !command.noInputs
    guard !isDriven || first + steps < recording.frames else {
      throw CommandLineError.usage(
        "\(steps) steps from frame \(first) need inputs beyond the \(recording.frames) frames of"
          + " \(path): give fewer --steps, or --no-inputs")
    }
    let start = try self.start(recording, frame: first, local, on: world)
    guard isDriven else {
      return Drive(start: start, inputs: Matrix(rows: model.inputs, columns: steps + 1))
    }
    let inputs = recording.inputs(of: S.self)
    return Drive(
      start: start, inputs: inputs.view.rows(first..<(first + steps + 1)).transposed.copy())
  }

  /// All rates at a frame; a missing one, and that of a neuron left out of the fit, is 0.
  private func start(
    _ recording: Recording, frame: Int, _ local: Range<Int>, on world: borrowing Communicator
  ) throws -> [S] {
    let rates: Matrix<S> = try model.readRates(
      of: recording, local, fitted: recording.fittedFrames(holdout: model.holdout), on: world)
    let skipped = try model.readNeurons("diagnostics/outcome", local, on: world)
    return try world.gather(
      local.indices.map { neuron in
        let i = neuron - local.lowerBound
        let rate = rates[i, frame]
        return skipped[i] == model.skippedOutcome || rate.isNaN ? 0 : rate
      })
  }

  private func settings(_ steps: Int) -> Settings {
    Settings([
      "command": "simulate", "model": command.model, "recording": command.recording ?? "",
      "steps": steps, "start-frame": command.startFrame, "inputs": !command.noInputs,
      "input-noise": command.inputNoise, "output-noise": command.outputNoise,
      "noise": command.noise.rawValue, "seed": command.seed,
    ]).adding(command.noiseShape.settings).adding(command.perturbation.settings)
  }
}

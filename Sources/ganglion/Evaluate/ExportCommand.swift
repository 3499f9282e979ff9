internal import ArgumentParser
internal import Collectives
internal import Evaluation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Networks
internal import Recordings
internal import Results

/// `ganglion export`: predicted traces beside the recorded ones, as NWB.
struct ExportCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes recorded and predicted traces as an NWB 2.x file.",
    discussion: """
      All in the recording's own units, in the processing module "ganglion": `recorded`, \
      `one_step` (each frame predicted from the recorded one before it) and `free_running` \
      (the held-out frames, predicted from the first one of each trial on), and a table of \
      the neurons with their labels and skill. With --currents also the currents between regions: \
      `currents_component`, `currents_mean` and `currents_rms` (time, pair), and a table \
      `region_pairs` of the pairs in the same order.

      Examples:
        ganglion export mouse-model.h5 -o mouse-predicted.nwb
        ganglion export mouse-model.h5 -o currents.nwb --currents
      """)

  @Argument(help: "A model that `ganglion fit` wrote.") var model: String
  @Option(name: .shortAndLong, help: "The file to write (NWB 2.x).") var output: String
  @Option(help: "The recording to predict; default: the one that was fitted.")
  var recording: String?
  @Flag(
    help: """
      The currents that each region has from each region too: the leading component of what varies, \
      mean and root mean square over cells.
      """)
  var currents = false
  @Option(
    help: ArgumentHelp(
      """
      The region of each neuron in an HDF5 file, text or integers, for --currents; default: those \
      of the fit, if it was given any.
      """, valueName: "FILE:PATH"))
  var regions: DatasetAddress?
  @OptionGroup(title: "What to read, if not as in the fit") var source: SourceOptions
  @OptionGroup var match: MatchOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws { try source.validate() }

  var files: FileRoles {
    var files = FileRoles(
      reading: [("the model", [model]), ("--recording", [recording])],
      source, common)
    files.read(regions?.file, as: "--regions")
    files.write(output, as: "-o", .result(of: "export"))
    return files
  }

  func run<S: Scalar & Transferable & Storable>(
    _ model: ModelFile, in precision: S.Type, on world: borrowing Communicator
  ) throws {
    try ExportRun<S>(command: self, model: model).run(on: world)
  }
}

/// One run of `ganglion export` in the precision of the model.
struct ExportRun<S: Scalar & Transferable & Storable> {
  let command: ExportCommand
  let model: ModelFile

  /// Frames that are predicted and written at a time.
  private static var blockFrames: Int { 512 }

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    let paths = try recordingPaths()
    let path = paths.joined(separator: ", ")
    let opened = try model.openRecording(paths, command.source, command.match, on: world)
    let recording = opened.recording
    console.say(opened)
    guard recording.dt != nil else {
      throw CommandLineError.usage(
        "\(path) has no clock, and times in NWB are seconds: give --dt S or --rate HZ")
    }
    let local = Partition(of: model.neurons, among: world.size).range(of: world.rank)
    let network: RateNetwork<S> = try model.readNetwork(local, on: world)
    var raw = Matrix<S>(rows: 0, columns: 0)
    var scaling: Scaling?
    let observed: ObservedRates<S> = try model.observe(
      recording, of: S.self, local: local, on: world
    ) {
      raw = $0.copy()
      scaling = $1
    }
    guard let scaling else { preconditionFailure("the recording was not looked at") }
    let prediction = TracePrediction<S>(recording: recording, scaling: scaling)
    let currents =
      command.currents
      ? try model.regionCurrents(of: network, on: observed, regions: command.regions, on: world)
      : nil
    var file = try NWBTracesFile.create(
      command.output, of: recording,
      description: "traces of \(path), and those predicted by the network \(command.model)",
      on: world,
      provenance: try model.provenance(
        Settings([
          "command": "export", "model": command.model, "recording": path,
          "currents": command.currents, "regions": command.regions?.text ?? "",
        ]),
        threads: threads, on: world))
    try write(prediction, raw, network, observed, to: file, threads: threads, on: world)
    try file.addNeurons(try columns(network, observed, on: world))
    if let currents { try write(currents, to: &file, on: world) }
    try file.finish(on: world)
    console.say("wrote \(command.output)")
    console.next("ganglion", "inspect", command.output)
  }

  private func recordingPaths() throws -> [String] {
    let paths = command.recording.map { [$0] } ?? model.fittedRecordings
    guard !paths.isEmpty else {
      throw CommandLineError.usage(
        "\(command.model) does not say what was fitted: give --recording")
    }
    return paths
  }

  /// All frames block by block, then the free run through the held-out ones.
  private func write(
    _ prediction: TracePrediction<S>, _ raw: borrowing Matrix<S>,
    _ network: borrowing RateNetwork<S>, _ observed: ObservedRates<S>,
    to file: borrowing NWBTracesFile, threads: Int, on world: borrowing Communicator
  ) throws {
    let frames = observed.frames
    let first = network.local.lowerBound
    let recorded = try file.addSeries(
      "recorded", frames: 0..<frames, description: "traces as they were recorded")
    let oneStep = try file.addSeries(
      "one_step", frames: 0..<frames,
      description: "each frame predicted from the recorded one before it")
    for lower in stride(from: 0, to: frames, by: Self.blockFrames) {
      let block = lower..<min(lower + Self.blockFrames, frames)
      try recorded.writeBlock(prediction.recorded(block, of: raw), row: lower, column: first)
      try oneStep.writeBlock(
        prediction.oneStep(block, of: network, on: observed), row: lower, column: first)
    }
    try recorded.close()
    try oneStep.close()
    let held = observed.heldOutFrames
    guard !held.isEmpty else { return }
    let free = try file.addSeries(
      "free_running", frames: held,
      description: "held-out frames predicted from the first one of each trial on")
    try free.writeBlock(
      prediction.freeRunning(held, of: network, on: observed, threads: threads, on: world),
      row: 0, column: first)
    try free.close()
  }

  /// Traces of all pairs of regions, and the table of them.
  private func write(
    _ currents: RegionCurrents, to file: inout NWBTracesFile, on world: borrowing Communicator
  ) throws {
    let (names, frames) = (currents.names, currents.frames)
    let pairs = names.indices.flatMap { target in
      names.indices.map { (onto: names[target], from: names[$0]) }
    }
    for (name, values, description) in [
      (
        "currents_component", currents.component,
        "leading component over time of what varies in the current of a pair of regions"
      ),
      ("currents_mean", currents.mean, "mean over the cells of the region that receives"),
      ("currents_rms", currents.rootMeanSquare, "root mean square over these cells"),
    ] {
      let series = try file.addSeries(
        name, frames: 0..<frames, columns: pairs.count, unit: "n.a.",
        description: description + "; columns as in region_pairs")
      for lower in stride(from: 0, to: frames, by: Self.blockFrames) {
        let block = lower..<min(lower + Self.blockFrames, frames)
        var part = Matrix<Float>(rows: world.rank == 0 ? block.count : 0, columns: pairs.count)
        for i in 0..<part.rows {
          for pair in pairs.indices { part[i, pair] = Float(values[pair * frames + lower + i]) }
        }
        try series.writeBlock(part, row: lower)
      }
      try series.close()
    }
    try file.addRegionPairs(
      pairs,
      [
        ("variance", "mean over cells of the variance over time", currents.variance),
        (
          "component_share", "share of the variance that the leading component carries",
          currents.componentShare
        ),
      ])
  }

  /// What the table says of each neuron.
  private func columns(
    _ network: borrowing RateNetwork<S>, _ observed: ObservedRates<S>,
    on world: borrowing Communicator
  ) throws -> [(name: String, description: String, values: [Double])] {
    guard !observed.transitions(in: observed.heldOutFrames).isEmpty else { return [] }
    let errors = try heldOutErrors(of: network, on: observed, group: world)
    let persistence = try heldOutErrors(
      of: Persistence<S>(local: network.local), on: observed, group: world)
    let skill = try world.gather(zip(errors, persistence).map { 1 - $0 / $1 })
    return [("skill", "1 - mse / persistence_mse of one-step prediction, held-out frames", skill)]
  }
}

extension ExportCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [FlagCondition(["regions"], when: currents, else: "it belongs to --currents")]
  }
}

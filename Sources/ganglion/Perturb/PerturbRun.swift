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

/// One run of `ganglion perturb`, in float64: a response may be small beside the rates.
struct PerturbRun {
  let command: PerturbCommand
  let model: ModelFile

  /// Candidates that run side by side: their rates are on every rank.
  private static let candidatesAtOnce = 512

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    let neurons = try ModelNeurons(of: model, on: world)
    let outcomes = try model.readNeurons("diagnostics/outcome", 0..<model.neurons, on: world)
    // Those that were left out of the fit have no weights.
    let isFitted = outcomes.map { $0 != model.skippedOutcome }
    let readOut = try neurons.places(of: command.readOut, "--read-out", isFitted: isFitted)
    let candidates = try neurons.places(
      of: command.candidates, "--candidates", isFitted: isFitted)
    let opened = try open(on: world)
    console.say(opened)
    let local = Partition(of: model.neurons, among: world.size).range(of: world.rank)
    let observed = try model.observe(
      opened.recording, of: Double.self, local: local, on: world)
    let starts = try starts(in: observed, opened.recording)
    let influence = try influence(
      of: candidates, on: readOut, from: starts, observed, console, on: world)
    let table = InfluenceTable(
      command: command, neurons: neurons, readOut: readOut, starts: starts, influence: influence,
      expected: opened.isFitted ? expectation(observed, on: world) : .unknown)
    if let output = command.output {
      let settings = settings(starts)
      try table.write(
        to: output, first: local.lowerBound, on: world,
        provenance: try model.provenance(settings, threads: threads, on: world))
    }
    console.say(table.text)
    if let output = command.output { console.say("wrote \(output)") }
  }

  /// What is to be expected of a fit like this one.
  ///
  /// - Collective: every rank of `world` must call it.
  private func expectation(
    _ observed: ObservedRates<Double>, on world: borrowing Communicator
  ) -> ResponseExpectation {
    let quality = ExpectedQuality.nearest(
      frames: observed.fittedFrames.count, neurons: model.neurons, ahead: command.horizon)
    // A score that the model has not fails on every rank alike.
    func errors(_ name: String) -> [Double]? {
      try? model.readNeurons("score/\(name)", 0..<model.neurons, on: world)
    }
    guard let mse = errors("mse"), let persistence = errors("persistence_mse") else {
      return ResponseExpectation(quality, of: nil)
    }
    let totals = ScoreTotals(
      mse: mse, persistence: persistence, linear: [], mean: errors("mean_mse") ?? [])
    return ResponseExpectation(quality, of: totals.verdict)
  }

  /// The recording to start from.
  private func open(on world: borrowing Communicator) throws -> ModelRecording {
    let paths = command.recording.isEmpty ? model.fittedRecordings : command.recording
    guard !paths.isEmpty else {
      throw CommandLineError.usage("\(model.path) does not say what was fitted: give --recording")
    }
    return try model.openRecording(paths, command.source, command.match, on: world)
  }

  private func starts(
    in observed: ObservedRates<Double>, _ recording: Recording
  ) throws -> [Int] {
    let possible = observed.starts(in: 0..<observed.frames, steps: command.horizon)
    guard let last = possible.last else {
      throw CommandLineError.usage(
        "--horizon is \(command.horizon), and no complete frame of \(recording.path) is followed by"
          + " as many of its trial: its longest trial has \(observed.longestTrial) frames; give"
          + " fewer than that")
    }
    if let frame = command.startFrame {
      guard possible.contains(frame) else {
        throw CommandLineError.usage(
          "--start-frame \(frame): it has missing values, or no \(command.horizon) frames of its"
            + " trial follow; the first that can be is \(possible[0]), the last \(last)")
      }
      return [frame]
    }
    guard let count = command.starts else { return [last] }
    guard count <= possible.count else {
      throw CommandLineError.usage(
        "--starts is \(count), and \(possible.count) frames of \(recording.path) are complete and"
          + " followed by \(command.horizon) of their trial")
    }
    return (1...count).map { possible[$0 * possible.count / count - 1] }
  }

  /// Runs everything.
  ///
  /// - Collective: every rank of `world` must call it.
  private func influence(
    of candidates: [Int], on readOut: [Int], from starts: [Int],
    _ observed: ObservedRates<Double>, _ console: Console, on world: borrowing Communicator
  ) throws -> Influence {
    let network: RateNetwork<Double> = try model.readNetwork(observed.local, on: world)
    let influence = Influence(
      local: observed.local, candidates: candidates, readOut: readOut, horizon: command.horizon,
      pulse: command.pulse, starts: starts.count,
      keepsCells: command.output != nil)
    let blocks = stride(from: 0, to: candidates.count, by: Self.candidatesAtOnce).map {
      candidates[$0..<min($0 + Self.candidatesAtOnce, candidates.count)]
    }
    for (number, start) in starts.enumerated() {
      let run = try ReferenceRun(
        of: network, from: observed.state(at: start),
        inputs: observed.inputs(at: start..<(start + command.horizon)), steps: command.horizon,
        group: world)
      try influence.addSensitivity(of: network, along: run, group: world)
      for (place, block) in blocks.enumerated() {
        try influence.addResponses(of: network, block, along: run, group: world)
        console.progress(
          "perturb", done: number * blocks.count + place + 1, of: starts.count * blocks.count,
          unit: "blocks")
      }
    }
    try influence.finish(group: world)
    return influence
  }

  private func settings(_ starts: [Int]) -> Settings {
    Settings([
      "command": "perturb", "model": command.model, "recordings": command.recording,
      "read-out": command.readOut, "horizon": command.horizon, "amount": command.amount,
      "current-for": command.currentFor ?? 0, "candidates": command.candidates,
      "start-frames": starts,
    ])
  }
}

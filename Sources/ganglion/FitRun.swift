internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings

/// One run of `ganglion fit` in one precision.
struct FitRun<S: Scalar & Transferable & Storable> {
  let command: FitCommand

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let start = ContinuousClock.now
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    if let output = command.output { try ResultFile.requireWritable(output, on: world) }
    let log = try RunLog(path: command.log, group: world)
    let phases = Phases()

    let recording = try phases.measure("open") {
      try Recording.open(command.source.request(for: command.recording), on: world)
    }
    for note in recording.notes { console.say("note: \(note)") }
    let configuration = try configuration(for: recording)
    let plan = FitPlan(
      neurons: recording.neurons, inputs: recording.inputNames.count, frames: recording.frames,
      holdout: command.model.holdout, trials: recording.trialStarts.count,
      configuration: configuration, bytesPerScalar: MemoryLayout<S>.stride,
      ranksPerNode: world.node.size, nodes: world.node.nodeCount, threads: threads)
    console.say(
      "\(command.recording): \(recording.format), \(recording.neurons) neurons × "
        + "\(recording.frames) frames; \(world.size) ranks × \(threads) threads")
    if command.dryRun {
      console.say(plan.text)
      return
    }

    let local = Partition(of: recording.neurons, among: world.size).range(of: world.rank)
    var rates: Matrix<S> = try phases.measure("read") {
      try recording.readNeurons(local, on: world)
    }
    let preprocessing = try phases.measure("prepare") {
      try prepare(&rates, local: local, labels: recording.labels, on: world)
    }
    let prepared = PreparedRecording(
      rates: rates, local: local, neurons: recording.neurons,
      inputs: recording.inputs(of: S.self).view.transposed.copy(),
      trialStarts: recording.trialStarts, holdout: command.model.holdout)
    let result = try CORNN.fit(
      prepared, loss: command.model.pointwiseLoss, configuration: configuration, group: world,
      threads: threads, phases: phases
    ) { solved in console.progress("fit", done: solved, of: local.count) }

    let report = try FitReport(result, labels: recording.labels, group: world)
    log.write("fitted", report.values)
    if let output = command.output {
      try phases.measure("write") {
        try FitResultFile(
          recording: recording, preprocessing: preprocessing, configuration: configuration,
          settings: settings(configuration), threads: threads
        ).write(result, to: output, on: world)
      }
    }
    let table = try TimingTable(
      phases, elapsed: ContinuousClock.now - start, peak: PeakRate.measure(), group: world)
    console.say(report.text)
    console.say(table.text)
    if let output = command.output { console.say("wrote \(output)") }
    if command.solution.strict, report.unconverged > 0 {
      throw CommandLineError(
        exitCode: ExitCode.notConverged,
        description: """
          \(report.unconverged) of \(recording.neurons) neurons did not reach the tolerance \
          \(configuration.tolerance); raise --iterations or --lambda
          """)
    }
  }
}

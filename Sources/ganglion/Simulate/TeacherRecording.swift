internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Networks
internal import Results
internal import Tasks

/// A recording of a trained network, trial after trial, with its truth.
///
/// A trial has the start and one frame a step; the input of a frame acts on the next one, and
/// that of a trial's last frame is zero.
struct TeacherRecording {
  let command: SimulateCommand
  let run: TrainedRun
  let task: any RecordableTask
  /// The cells that are written, by their numbers in the network.
  let cells: [Int]
  let trials: Int

  /// - Throws: `CommandLineError` for a run, or flags, of which no recording can be made.
  init(_ command: SimulateCommand, of run: TrainedRun) throws {
    self.command = command
    self.run = run
    task = try run.recordableTask(steps: command.steps)
    trials = command.teacher.trialCount ?? 20
    let units = task.cell.units
    let count = try command.teacher.cellCount?.count(of: units) ?? units
    cells = recordedCells(count, of: units, seed: Self.networkSeed(of: command))
    guard let distractor = command.teacher.distractor else { return }
    guard task is TimedResponse else {
      throw CommandLineError.usage(
        "--distractor does nothing here: it is a pulse of timed-response, and this is a run of"
          + " \(run.task); leave it out")
    }
    guard distractor.steps.upperBound <= task.steps else {
      throw CommandLineError.usage(
        "--distractor is \(distractor), and a trial has \(task.steps) steps")
    }
  }

  private static func networkSeed(of command: SimulateCommand) -> UInt64 {
    command.teacher.networkSeed ?? 1
  }

  /// Frames of a trial: its start, and one a step.
  private var frames: Int { task.steps + 1 }

  /// Numbers of the rates of trials that run together, over all ranks.
  private static var entriesAtOnce: Int { 1 << 25 }

  /// Writes the recording.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(on world: borrowing Communicator) throws {
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    console.say("\(run.path): \(run.task), trained \(run.ended)")
    let network = try network(on: world)
    let signals = signals()
    var file = try create(threads: threads, on: world)
    try writeTruth(network, signals, into: &file, on: world)
    let together = max(1, min(trials, Self.entriesAtOnce / (task.cell.units * frames)))
    for first in stride(from: 0, to: trials, by: together) {
      let part = first..<min(first + together, trials)
      try record(part, of: network, signals, threads: threads, into: file, on: world)
      console.progress("simulate", done: part.upperBound, of: trials, unit: "trials")
    }
    try file.finish(on: world)
    console.say(
      "wrote \(command.output): \(trials) trials of \(frames) frames of \(cells.count) neurons")
    console.next(
      "ganglion", "fit", command.output, "-o",
      NextStep.file(beside: command.output, "-model.h5"), "--self-connections")
  }

  /// This rank's rows of the network.
  private func network(on world: borrowing Communicator) throws -> TrialNetwork {
    let local = Partition(of: task.cell.units, among: world.size).range(of: world.rank)
    return TrialNetwork(
      leak: task.cell.kind.leak, local: local,
      weights: try run.readTransposed("W", columns: local, on: world),
      inputWeights: try run.readTransposed("W_in", columns: local, on: world),
      alpha: alpha(of: local))
  }

  private func alpha(of neurons: Range<Int>) -> [Double] {
    timeScales(
      of: neurons, mean: task.cell.leak, spread: command.teacher.alphaSpread ?? 0,
      seed: Self.networkSeed(of: command))
  }

  // MARK: - Trials

  /// Inputs and targets of all frames, and what the trials start with.
  struct Signals: ~Copyable {
    /// Trials × units.
    var starts: Matrix<Float>
    /// Frames × inputs, and frames × outputs.
    var inputs: Matrix<Float>
    var targets: Matrix<Float>
  }

  private func signals() -> Signals {
    var signals = Signals(
      starts: Matrix(rows: trials, columns: task.cell.units),
      inputs: Matrix(rows: trials * frames, columns: task.inputs),
      targets: Matrix(rows: trials * frames, columns: task.outputs))
    for b in 0..<trials {
      let trial = task.recordedTrial(b, seed: command.seed)
      for (i, value) in trial.start.enumerated() { signals.starts[b, i] = Float(value) }
      for t in 0..<task.steps {
        let frame = b * frames + t
        for k in 0..<task.inputs {
          signals.inputs[frame, k] = Float(trial.inputs[t * task.inputs + k])
          if let pulse = command.teacher.distractor, pulse.steps.contains(t) {
            signals.inputs[frame, k] += Float(pulse.amplitude)
          }
        }
        // What is wanted after the step belongs to the next frame.
        for k in 0..<task.outputs {
          signals.targets[frame + 1, k] = Float(trial.targets[t * task.outputs + k])
        }
      }
    }
    return signals
  }

  /// Runs some trials and writes the rates of the cells that are seen.
  ///
  /// - Collective: every rank of `world` must call it.
  private func record(
    _ part: Range<Int>, of network: borrowing TrialNetwork, _ signals: borrowing Signals,
    threads: Int, into file: borrowing RecordingFile, on world: borrowing Communicator
  ) throws {
    var inputs = Matrix<Float>(rows: part.count * task.steps, columns: task.inputs)
    for b in 0..<part.count {
      for t in 0..<task.steps {
        inputs.copyRow(b * task.steps + t, from: signals.inputs, (part.lowerBound + b) * frames + t)
      }
    }
    let drive = TrialDrive(
      starts: signals.starts.view.rows(part).copy(), inputs: inputs, steps: task.steps)
    let own = cells.filter { network.local.contains($0) }
    let first = cells.count { $0 < network.local.lowerBound }
    var block = Matrix<Float>(rows: part.count * frames, columns: own.count)
    let noise = command.noiseShape.noise(
      input: command.inputNoise, output: command.outputNoise, kind: command.noise,
      seed: command.seed)
    try network.simulate(
      drive, noise: noise, frame: { (part.lowerBound + $0) * frames + $1 }, threads: threads,
      group: world
    ) { t, rates in
      for b in 0..<part.count {
        for (j, cell) in own.enumerated() {
          block[b * frames + t, j] = rates[cell - network.local.lowerBound, b]
        }
      }
    }
    try file.writeRates(block, frame: part.lowerBound * frames, neuron: first)
  }

  // MARK: - The file

  private func create(
    threads: Int, on world: borrowing Communicator
  ) throws -> RecordingFile {
    let dt = command.source.dt ?? command.source.rate.map { 1 / $0 } ?? 1
    var shape = RecordingShape(
      neurons: cells.count, frames: trials * frames, dt: dt, tau: dt / task.cell.leak,
      alpha: task.cell.leak)
    shape.inputs = task.inputs
    shape.trialStarts = (0..<trials).map { $0 * frames }
    if cells.count < task.cell.units { shape.labels = cells.map(String.init) }
    let digest = try world.digest(ofFile: run.path)
    return try RecordingFile.create(
      command.output, shape: shape, on: world,
      provenance: Provenance(
        ranks: world.size, threads: threads, kernels: try world.kernelFamilies(),
        input: (run.path, digest), seed: Int(clamping: command.seed),
        configuration: try settings.json))
  }

  private var settings: Settings {
    Settings([
      "command": "simulate", "run": run.path, "task": run.task, "trials": trials,
      "steps": task.steps, "cells": cells.count, "of-cells": task.cell.units,
      "input-noise": command.inputNoise, "output-noise": command.outputNoise,
      "noise": command.noise.rawValue, "seed": command.seed,
      "network-seed": Self.networkSeed(of: command),
    ]).adding(command.noiseShape.settings).adding(command.teacher.settings)
  }

  /// Writes what the recording was made from, of the cells that are seen.
  ///
  /// - Collective: every rank of `world` must call it.
  private func writeTruth(
    _ network: borrowing TrialNetwork, _ signals: borrowing Signals,
    into file: inout RecordingFile, on world: borrowing Communicator
  ) throws {
    let local = network.local
    let own = cells.filter { local.contains($0) }
    let first = cells.count { $0 < local.lowerBound }
    var weights = Matrix<Float>(rows: own.count, columns: cells.count)
    var inputWeights = Matrix<Float>(rows: own.count, columns: task.inputs)
    for (i, cell) in own.enumerated() {
      for (j, other) in cells.enumerated() {
        weights[i, j] = network.weights[cell - local.lowerBound, other]
      }
      inputWeights.copyRow(i, from: network.inputWeights, cell - local.lowerBound)
    }
    try file.writeWeights(weights, neuron: first)
    try file.writeInputs(signals.inputs, weights: inputWeights, neuron: first)
    let whole = try run.readTransposed("W_out", columns: 0..<task.outputs, on: world)
    var readout = Matrix<Float>(rows: task.outputs, columns: cells.count)
    for k in 0..<task.outputs {
      for (j, cell) in cells.enumerated() { readout[k, j] = whole[k, cell] }
    }
    try file.writeTask(
      targets: signals.targets, readout: readout,
      meaning: "wanted output; 0 before a first pulse, and in a trial's first frame")
    let alpha = alpha(of: 0..<task.cell.units)
    try file.writeLeaks(cells.map { alpha[$0] })
    try file.writeCells(cells)
    try file.writeAttribute("truth_leak", network.leak.rawValue)
    try file.writeAttribute("truth_cells", task.cell.units)
  }
}

internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings
internal import Results

/// Recorded and predicted traces of this rank's neurons, in the recording's own units.
struct TracePrediction<S: Scalar & Transferable & Storable> {
  let recording: Recording
  let scaling: Scaling

  /// Recorded values as a block of frames × neurons.
  func recorded(_ frames: Range<Int>, of raw: borrowing Matrix<S>) -> Matrix<Float> {
    var block = Matrix<Float>(rows: frames.count, columns: raw.rows)
    for i in 0..<raw.rows {
      for t in frames { block[t - frames.lowerBound, i] = Float(raw[i, t]) }
    }
    return block
  }

  /// Each frame predicted from the recorded one before it, frames × neurons; NaN where that
  /// one has a missing value or belongs to another trial.
  ///
  /// - Complexity: 2 N² flops a frame over all ranks; no communication.
  func oneStep(
    _ frames: Range<Int>, of network: borrowing RateNetwork<S>,
    on observed: ObservedRates<S>
  ) -> Matrix<Float> {
    var block = Matrix<Float>(rows: frames.count, columns: network.local.count)
    for t in 0..<block.rows { for i in 0..<block.columns { block[t, i] = .nan } }
    let starts = observed.transitions(in: max(0, frames.lowerBound - 1)..<frames.upperBound)
    guard !starts.isEmpty else { return block }
    let predicted = network.predictOneStep(on: observed, at: starts[...])
    for (k, start) in starts.enumerated() {
      for i in 0..<block.columns {
        let value = scaling.restored(Double(predicted[i, k]), neuron: i, frame: start + 1)
        block[start + 1 - frames.lowerBound, i] = Float(value)
      }
    }
    return block
  }

  /// Runs the network by itself through a range, begun anew from the recorded rates at each
  /// trial; frames × neurons, NaN before a trial's first complete frame.
  ///
  /// - Collective: every rank of `world` must call it.
  func freeRunning(
    _ frames: Range<Int>, of network: borrowing RateNetwork<S>,
    on observed: ObservedRates<S>, threads: Int, on world: borrowing Communicator
  ) throws -> Matrix<Float> {
    var block = Matrix<Float>(rows: frames.count, columns: network.local.count)
    for t in 0..<block.rows { for i in 0..<block.columns { block[t, i] = .nan } }
    let inner = recording.trialStarts.filter { $0 > frames.lowerBound && $0 < frames.upperBound }
    let bounds = [frames.lowerBound] + inner + [frames.upperBound]
    for (lower, upper) in zip(bounds, bounds.dropFirst()) {
      guard let start = observed.starts(in: lower..<upper, steps: 1).first else { continue }
      let inputs = observed.inputs(at: start..<upper)
      try network.simulate(
        from: observed.state(at: start), steps: upper - start - 1, inputs: inputs,
        threads: threads, group: world
      ) { ahead, rates in
        let t = start + ahead
        for i in rates.indices {
          let value = scaling.restored(Double(rates[i]), neuron: i, frame: t)
          block[t - frames.lowerBound, i] = Float(value)
        }
      }
    }
    return block
  }
}

/// The held-out frames of this rank's neurons: what was recorded and what is predicted, each
/// frames × neurons in the recording's own units.
final class HeldOutTraces {
  let frames: Range<Int>
  let recording: Recording
  let recorded: Matrix<Float>
  let oneStep: Matrix<Float>
  let freeRunning: Matrix<Float>

  /// - Collective: every rank of `world` must call it.
  init<S: Scalar & Transferable & Storable>(
    _ prediction: TracePrediction<S>, recorded raw: borrowing Matrix<S>,
    network: borrowing RateNetwork<S>, observed: ObservedRates<S>, threads: Int,
    on world: borrowing Communicator
  ) throws {
    frames = observed.heldOutFrames
    recording = prediction.recording
    recorded = prediction.recorded(frames, of: raw)
    oneStep = prediction.oneStep(frames, of: network, on: observed)
    freeRunning = try prediction.freeRunning(
      frames, of: network, on: observed, threads: threads, on: world)
  }

  /// Writes `/prediction/{recorded,one_step,free_running}` (held_out, neuron).
  ///
  /// `first` is the number of this rank's first neuron; the file has the dimension neuron.
  ///
  /// - Collective: every rank must call it.
  func write(to file: inout ResultFile, first: Int) throws {
    let hasClock = !recording.times.isEmpty
    try file.addDimension(
      "held_out", values: recording.places(of: frames), units: hasClock ? "s" : "1",
      longName: hasClock ? "time of a frame that was held out" : "frame that was held out")
    let units = recording.units ?? "1"
    func put(_ name: String, _ values: borrowing Matrix<Float>, _ meaning: String) throws {
      let variable = try file.createVariable(
        "prediction/\(name)", of: Float.self, ["held_out", "neuron"], units: units,
        longName: meaning)
      try variable.writeBlock(values, row: 0, column: first)
      try variable.close()
    }
    try put("recorded", recorded, "trace as it was recorded")
    try put("one_step", oneStep, "predicted from the recorded frame before")
    try put("free_running", freeRunning, "predicted from the trial's first held-out frame on")
  }
}

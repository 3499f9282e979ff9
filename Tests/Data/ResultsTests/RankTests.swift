import Collectives
import Foundation
import HDF5
import LinearAlgebra
import MPI
import Recordings
import Results
import TestSupport
import Testing

/// What needs several ranks; `RankLaunchTests` starts this suite under mpirun.
@Suite(.serialized, .enabled(if: isUnderLauncher)) struct RankTests {
  /// Rates in column blocks, weights in unequally many calls, read back on other ranks.
  @Test func generatedRecordingComesBack() throws {
    let world = try testWorld()
    let directory = try sharedDirectory(on: world)
    let path = directory + "/chaotic.h5"
    try writeSample(path, on: world)
    try expectEverywhere(
      FileManager.default.contentsOfDirectory(atPath: directory) == ["chaotic.h5"], on: world)

    let part = try world.split(color: world.rank % 2)
    let recording = try Recording.open(RecordingRequest(path: path), on: part)
    try expectEverywhere(
      recording.neurons == 7 && recording.frames == 12 && recording.dt == 0.5
        && recording.alpha == 0.25 && recording.trialStarts == [0, 6]
        && recording.inputNames == ["inputs_0", "inputs_1"], on: world)
    let own = Partition(of: 7, among: part.size).range(of: part.rank)
    let series = try recording.readNeurons(own, of: Double.self, on: part)
    var right = series.rows == own.count && series.columns == 12
    for (i, neuron) in own.enumerated() {
      for t in 0..<12 { right = right && series[i, t] == Double(t) * 8 + Double(neuron) }
    }
    try expectEverywhere(right, on: world, "neurons \(own)")
    let inputs = recording.inputs(of: Float.self)
    try expectEverywhere(inputs[11, 1] == 23, on: world)
    try remove(directory, on: world)
  }

  @Test func errorsAreTheSameOnEveryRank() throws {
    let world = try testWorld()
    var seen: (any Error)?
    do {
      let provenance = Provenance(
        ranks: world.size, threads: 1, kernels: "SkylakeX", configuration: "{}")
      _ = try ResultFile.create("/nowhere/model.h5", on: world, provenance: provenance)
    } catch {
      seen = error
    }
    try expectEverywhere(
      seen.map { ExitCode.of($0) == 73 && "\($0)".contains("does not exist") } ?? false, on: world)
  }

  private func writeSample(_ path: String, on world: borrowing Communicator) throws {
    var shape = RecordingShape(neurons: 7, frames: 12, dt: 0.5, tau: 2, alpha: 0.25)
    shape.inputs = 2
    shape.trialStarts = [0, 6]
    let provenance = Provenance(
      ranks: world.size, threads: 1, kernels: "SkylakeX", seed: 3, configuration: "{}")
    var file = try RecordingFile.create(path, shape: shape, on: world, provenance: provenance)
    let own = Partition(of: 7, among: world.size).range(of: world.rank)
    for frame in [0, 5] {
      var block = Matrix<Float>(rows: frame == 0 ? 5 : 7, columns: own.count)
      for t in 0..<block.rows {
        for (j, neuron) in own.enumerated() { block[t, j] = Float((frame + t) * 8 + neuron) }
      }
      try file.writeRates(block, frame: frame, neuron: own.lowerBound)
    }
    for neuron in own {
      var row = Matrix<Float>(rows: 1, columns: 7)
      for j in 0..<7 { row[0, j] = Float(10 * neuron + j) }
      try file.writeWeights(row, neuron: neuron)
    }
    var inputs = Matrix<Float>(rows: 12, columns: 2)
    for t in 0..<12 {
      for j in 0..<2 { inputs[t, j] = Float(2 * t + j) }
    }
    try file.writeInputs(
      inputs, weights: Matrix<Float>(rows: own.count, columns: 2), neuron: own.lowerBound)
    try file.finish(on: world)
  }
}

@Suite(.serialized) struct RankLaunchTests {
  @Test(.disabled(if: isUnderLauncher), arguments: [1, 3, 9])
  func ranksPass(ranks: Int) throws {
    expectPassed(try launch(ranks: ranks, filter: "ResultsTests.RankTests"))
  }
}

import Collectives
import Foundation
import HDF5
import LinearAlgebra
import MPI
import TestSupport
import Testing

@testable import Recordings

/// What needs several ranks; `RankLaunchTests` starts this suite under mpirun.
@Suite(.serialized, .enabled(if: isUnderLauncher)) struct RankTests {
  /// No rank reads what belongs to others: bytes are counted by the kernel.
  @Test func readingIsPartitioned() throws {
    let world = try testWorld()
    let scale = Int(ProcessInfo.processInfo.environment["GANGLION_TEST_READ_SCALE"] ?? "") ?? 1
    let (neurons, frames) = (10_000, 100 * scale)
    let directory = try sharedDirectory(on: world)
    let path = directory + "/large.h5"
    try world.agreeOnRoot {
      let file = try File.create(path)
      do {
        let traces = try file.createDataset("traces", shape: [frames, neurons], of: Float.self)
        for frame in stride(from: 0, to: frames, by: 100) {
          var block = Matrix<Float>(rows: 100, columns: neurons)
          for t in 0..<100 {
            for i in 0..<neurons { block[t, i] = Float(frame + t) + Float(i) / 16384 }
          }
          try traces.writeBlock(block, row: frame)
        }
      }
      try file.close()
    }
    var request = RecordingRequest(path: path)
    request.timeAxis = .first
    let recording = try Recording.open(request, on: world)
    let own = Partition(of: neurons, among: world.size).range(of: world.rank)
    let before = bytesRead()
    let start = ContinuousClock.now
    let traces: Matrix<Float> = try recording.readNeurons(own, on: world)
    try world.barrier()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let read = bytesRead() - before
    var wrong = 0
    for (i, neuron) in own.enumerated() {
      for t in 0..<frames where traces[i, t] != Float(t) + Float(neuron) / 16384 { wrong += 1 }
    }
    try expectEverywhere(wrong == 0, on: world)
    let share = 4 * neurons * frames / world.size
    // Metadata and the launcher's own files come on top.
    try expectEverywhere(
      read < share + share / 4 + 200_000, on: world, "read \(read) of a share of \(share) bytes")
    if world.rank == 0, scale > 1 {
      print(
        "\(world.size) ranks: \(Double(share * world.size) / seconds / 1e9) GB/s, \(read) bytes")
    }
    try remove(directory, on: world)
  }

  /// Bytes that this process has asked the kernel for.
  private func bytesRead() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/io", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("rchar") }
    return line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
  }

  @Test func errorsAreTheSameOnEveryRank() throws {
    let world = try testWorld()
    var seen: (any Error)?
    do {
      _ = try Recording.open(RecordingRequest(path: "/nowhere.h5"), on: world)
    } catch {
      seen = error
    }
    try expectEverywhere(
      seen.map { ExitCode.of($0) == 66 && "\($0)".contains("no such file") } ?? false, on: world)
  }
}

@Suite(.serialized) struct RankLaunchTests {
  @Test(.disabled(if: isUnderLauncher), arguments: [1, 2, 3, 9])
  func ranksPass(ranks: Int) throws {
    expectPassed(try launch(ranks: ranks, filter: "RecordingsTests.RankTests"))
  }
}

import Collectives
import Glibc
import HDF5
import LinearAlgebra
import MPI
import TestSupport
import Testing

/// What needs several ranks; `RankLaunchTests` starts this suite under mpirun.
@Suite(.serialized, .enabled(if: isUnderLauncher)) struct RankTests {
  /// 17 columns in uneven blocks, some empty; read back by two halves of the ranks.
  @Test func columnBlocksComeBackOnOtherRanks() throws {
    let world = try testWorld()
    let path = try sharedPath("columns.h5", on: world)
    try createRamp(path, on: world)
    let part = try world.split(color: world.rank < (world.size + 1) / 2 ? 0 : 1)
    let file = try File.open(path, on: part)
    do {
      let dataset = try file.openDataset("ramp")
      let own = Partition(of: 17, among: part.size).range(of: part.rank)
      let series: Matrix<Double> = try dataset.readTransposed(rows: 3..<40, columns: own)
      var right = series.rows == own.count && series.columns == 37
      for i in 0..<series.rows {
        for t in 0..<series.columns {
          right = right && series[i, t] == Double(1000 * (t + 3) + own.lowerBound + i)
        }
      }
      try expectEverywhere(right, on: world, "columns \(own)")
      // Overlapping blocks: every rank reads everything.
      let all: Matrix<Float> = try dataset.readBlock(rows: 0..<40, columns: 0..<17)
      try expectEverywhere(all[39, 16] == 39_016, on: world)
    }
    try file.close()
    try finish(path, on: world)
  }

  /// Rows in unequally many independent calls, as ranks finish their neurons.
  @Test func rowsWrittenWhenReadyComeBack() throws {
    let world = try testWorld()
    let path = try sharedPath("rows.h5", on: world)
    let file = try File.create(path, on: world)
    do {
      let dataset = try file.createDataset("W", shape: [23, 5], of: Double.self)
      for row in Partition(of: 23, among: world.size).range(of: world.rank) {
        var block = Matrix<Double>(rows: 1, columns: 5)
        for j in 0..<5 { block[0, j] = Double(100 * row + j) }
        try dataset.writeBlock(block, row: row, transfer: .independent)
      }
      let vector = try file.createDataset("b", shape: [23], of: Float.self)
      let own = Partition(of: 23, among: world.size).range(of: world.rank)
      try vector.write(own.map { Double($0) / 2 }, at: own.lowerBound)
    }
    try file.close()
    // One process reads what all wrote.
    try world.agreeOnRoot {
      let file = try File.open(path)
      let matrix: Matrix<Double> = try file.openDataset("W").readBlock(
        rows: 0..<23, columns: 0..<5)
      for i in 0..<23 { for j in 0..<5 { #expect(matrix[i, j] == Double(100 * i + j)) } }
      let vector: [Double] = try file.openDataset("b").read()
      #expect(vector == (0..<23).map { Double($0) / 2 })
    }
    try finish(path, on: world)
  }

  /// Attributes, strings and scales are written by all ranks together.
  private func createRamp(_ path: String, on world: borrowing Communicator) throws {
    // Blocks grow with the rank; the first of many ranks has none.
    let weights = (0..<world.size).map { $0 % 4 == 0 && world.size > 1 ? 0 : $0 + 1 }
    let total = weights.reduce(0, +)
    let edges = (0...world.size).map { weights[..<$0].reduce(0, +) * 17 / total }
    let own = edges[world.rank]..<edges[world.rank + 1]
    let file = try File.create(path, on: world)
    do {
      try file.setAttribute("ranks", world.size)
      let dataset = try file.createDataset("ramp", shape: [40, 17], of: Float.self)
      var block = Matrix<Float>(rows: 40, columns: own.count)
      for i in 0..<40 {
        for j in 0..<own.count { block[i, j] = Float(1000 * i + own.lowerBound + j) }
      }
      try dataset.writeBlock(block, column: own.lowerBound)
      let neuron = try file.createStrings("neuron", (0..<17).map { "n\($0)" })
      try neuron.makeScale("neuron")
      try dataset.attach(neuron, to: 1)
    }
    try file.close()
  }

  /// A path all ranks agree on.
  private func sharedPath(_ name: String, on world: borrowing Communicator) throws -> String {
    try world.broadcast(world.rank == 0 ? "/tmp/ganglion-hdf5-\(getpid())-\(name)" : "")
  }

  private func finish(_ path: String, on world: borrowing Communicator) throws {
    try world.barrier()
    if world.rank == 0 { unlink(path) }
  }
}

@Suite(.serialized) struct RankLaunchTests {
  @Test(.disabled(if: isUnderLauncher), arguments: [1, 2, 3, 4, 31])
  func ranksPass(ranks: Int) throws {
    expectPassed(try launch(ranks: ranks, filter: "HDF5Tests.RankTests"))
  }
}

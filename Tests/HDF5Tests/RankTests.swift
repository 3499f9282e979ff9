import HDF5
import Collectives
import Glibc
import LinearAlgebra
import MPI
import TestSupport
import Testing

/// What needs several ranks; `RankLaunchTests` starts this suite under mpirun.
@Suite(.serialized, .enabled(if: isUnderLauncher)) struct RankTests {
  /// 17 columns, dealt unevenly: the last ranks of many have none.
  @Test func columnBlocksComeBackOnAnyRanks() throws {
    let world = try testWorld()
    let path = try sharedPath("columns.h5", on: world)
    let own = Partition(of: 17, among: world.size).range(of: world.rank)
    try createRamp(path, on: world, own)

    let part = try world.split(color: world.rank < (world.size + 1) / 2 ? 0 : 1)
    let file = try File.open(path, on: part)
    do {
      let dataset = try file.openDataset("ramp")
      let half = Partition(of: 17, among: part.size).range(of: part.rank)
      let series: Matrix<Double> = try dataset.readTransposed(rows: 3..<40, columns: half)
      var right = series.rows == half.count && series.columns == 37
      for i in 0..<series.rows {
        for t in 0..<series.columns {
          right = right && series[i, t] == Double(1000 * (t + 3) + half.lowerBound + i)
        }
      }
      try expectEverywhere(right, on: world, "columns \(half) of \(path)")
    }
    try file.close()
    try world.barrier()
    if world.rank == 0 { unlink(path) }
  }

  private func createRamp(
    _ path: String, on world: borrowing Communicator, _ own: Range<Int>
  ) throws {
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
}

@Suite(.serialized) struct RankLaunchTests {
  @Test(.disabled(if: isUnderLauncher), arguments: [1, 2, 3, 4])
  func ranksPass(ranks: Int) throws {
    expectPassed(try launch(ranks: ranks, filter: "HDF5Tests.RankTests"))
  }
}

internal import Collectives
internal import Glibc
package import HDF5
internal import LinearAlgebra
internal import Runtime

/// How fast all ranks together write and read one file.
package struct FileRate: Codable, Equatable, Sendable {
  /// Bytes a second, opening, closing and flushing included.
  package var write: Double

  /// Bytes a second; what was just written may come from memory.
  package var read: Double

  package init(write: Double, read: Double) {
    self.write = write
    self.read = read
  }
}

/// A directory that cannot be written to, or does not give back what was written.
package struct FileProbeError: ExitCoded {
  package let description: String
  package let exitCode: Int32
}

/// Writes a file collectively, reads it back on other ranks, compares and removes it.
///
/// Each rank writes a block of columns, as a fit writes its rows of a time-major result:
/// the pattern that has deadlocked and corrupted files under some MPI-IO versions.
///
/// - Parameters:
///   - directory: where results will go.
///   - rows: 128 kB of data a rank for 128 rows.
///   - group: the ranks that share the file.
/// - Returns: the rates of all ranks together.
/// - Throws: `FileProbeError` if the numbers differ; `HDF5Error`.
/// - Collective: every rank of the group must call it.
package func probeFiles(
  in directory: String, rows: Int = 8192, on group: borrowing some FileGroup & ~Copyable
) throws -> FileRate {
  let name = try group.broadcast("\(directory)/.ganglion-probe-\(getpid()).h5")
  try group.agreeOnRoot { try requireCreation(of: name, in: directory) }
  let discard = Interruption.Discard(name)
  defer {
    if group.rank == 0 { unlink(name) }
    discard.cancel()
  }
  let blocks = ProbeBlocks(rows: rows, ranks: group.size)
  let own = blocks.block(of: group.rank)
  let writing = try elapsed(on: group) {
    let file = try File.create(name, on: group)
    do {
      let data = try file.createDataset("data", shape: [rows, blocks.columns], of: Double.self)
      try data.writeBlock(own, column: blocks.starts[group.rank])
    }
    try file.close()
  }
  let next = (group.rank + 1) % group.size
  var copy = Matrix<Double>(rows: 0, columns: 0)
  let reading = try elapsed(on: group) {
    let file = try File.open(name, on: group)
    do {
      let data = try file.openDataset("data")
      copy = try data.readBlock(
        rows: 0..<rows, columns: blocks.starts[next]..<(blocks.starts[next] + blocks.widths[next]))
    }
    try file.close()
  }
  try group.agree { try blocks.require(copy, of: next, from: directory) }
  let bytes = Double(rows * blocks.columns * MemoryLayout<Double>.stride)
  return FileRate(write: bytes / writing, read: bytes / reading)
}

/// Tries to make a file.
private func requireCreation(of name: String, in directory: String) throws {
  // Tried rather than asked: root may write to /proc, but nothing can be made there.
  let file = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
  guard file >= 0 else {
    throw FileProbeError(
      description: "cannot write into \(directory): \(systemError())",
      exitCode: ExitCode.cannotCreate)
  }
  close(file)
  unlink(name)
}

/// What each rank writes: uneven blocks of columns, 128 a rank on average.
private struct ProbeBlocks {
  let rows: Int
  let columns: Int
  let widths: [Int]
  /// The first column of each rank.
  let starts: [Int]

  init(rows: Int, ranks: Int) {
    let widths = (0..<ranks).map { 96 + 64 * ($0 % 2) }
    self.rows = rows
    self.widths = widths
    starts = widths.indices.map { widths[..<$0].reduce(0, +) }
    columns = widths.reduce(0, +)
  }

  /// A rank's numbers, each of which tells its place.
  func block(of rank: Int) -> Matrix<Double> {
    var block = Matrix<Double>(rows: rows, columns: widths[rank])
    for i in 0..<rows {
      for j in 0..<widths[rank] { block[i, j] = Double(i * columns + starts[rank] + j) }
    }
    return block
  }

  /// - Throws: `FileProbeError` with the first number that is not what was written.
  func require(_ copy: borrowing Matrix<Double>, of rank: Int, from directory: String) throws {
    let expected = block(of: rank)
    for i in 0..<rows {
      for j in 0..<widths[rank] where copy[i, j] != expected[i, j] {
        throw FileProbeError(
          description: "row \(i), column \(starts[rank] + j) read back from \(directory) is "
            + "\(copy[i, j]) instead of \(expected[i, j]); "
            + "set OMPI_MCA_io=^ompio, or write to another file system",
          exitCode: ExitCode.inputOutput)
      }
    }
  }
}

/// The longest time that a rank took for `body`.
private func elapsed(
  on group: borrowing some RankGroup & ~Copyable, _ body: () throws -> Void
) throws -> Double {
  try group.barrier()
  let start = now()
  try body()
  return try group.maximum(now() - start)
}

/// The text of the last system call's error.
private func systemError() -> String { String(cString: strerror(errno)) }

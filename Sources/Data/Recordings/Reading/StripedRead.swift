internal import Collectives
internal import LinearAlgebra

/// Reads a time-major file so that each rank gets the series of its own neurons.
///
/// A rank's columns lie scattered over the whole file. Instead of picking them out, each
/// rank reads stripes of whole frames, which lie in one piece, turns them, and sends every
/// rank its neurons: each byte of the file is read once, by one rank, in large pieces,
/// and each compressed chunk is unpacked once.
struct StripedRead {
  let frames: Int
  /// All neurons of the file.
  let neurons: Int
  /// Frames that lie in the file as one unit, such as the height of a chunk.
  let unit: Int

  /// Frames in a stripe: whole units, about 8 MiB, and fewer where the ranks would not all
  /// have work.
  private func stripe(ranks: Int, bytes: Int) -> Int {
    let budget = (8 << 20) / max(1, neurons * bytes)
    let share = (frames + ranks - 1) / ranks
    return max(1, min(budget, share) / unit) * unit
  }

  /// The series of this rank's neurons, n×frames; ranks may ask for any neurons.
  ///
  /// `read` gives the rows of some frames, frames×neurons.
  ///
  /// - Throws: on every rank alike if a rank could not read.
  /// - Complexity: two stripes of memory beside the result; a file's bytes over the number
  ///   of ranks are read by each, and sent.
  /// - Collective: every rank of the group must call it.
  func series<S: Scalar>(
    _ own: Range<Int>, on group: borrowing some RankGroup & ~Copyable,
    _ read: (Range<Int>) throws -> Matrix<S>
  ) throws -> Matrix<S> {
    let starts = try group.gather(own.lowerBound)
    let counts = try group.gather(own.count)
    let height = stripe(ranks: group.size, bytes: MemoryLayout<S>.stride)
    let wanted = counts.reduce(0, +)
    var result = Matrix<S>(rows: own.count, columns: frames)
    var outgoing = Matrix<S>(rows: wanted, columns: height)
    var incoming = Matrix<S>(rows: group.size * own.count, columns: height)
    for first in stride(from: 0, to: frames, by: height * group.size) {
      let begin = min(frames, first + group.rank * height)
      let block = try group.agree { try read(begin..<min(frames, begin + height)) }
      pack(block, starts, counts, into: &outgoing)
      let exchange = try group.beginExchange(
        outgoing, sendCounts: counts.map { $0 * height }, into: incoming,
        receiveCounts: counts.map { _ in own.count * height })
      // The buffers come back for the next round.
      var buffers = try exchange.finish()
      outgoing = Matrix(rows: 0, columns: 0)
      incoming = Matrix(rows: 0, columns: 0)
      swap(&outgoing, &buffers.outgoing)
      swap(&incoming, &buffers.incoming)
      unpack(incoming, from: first, height, ranks: group.size, into: &result)
    }
    return result
  }

  /// Turns a stripe, and lays out each rank's neurons one rank after the other.
  private func pack<S: Scalar>(
    _ block: borrowing Matrix<S>, _ starts: [Int], _ counts: [Int], into outgoing: inout Matrix<S>
  ) {
    var row = 0
    for (start, count) in zip(starts, counts) {
      var target = outgoing.mutableView
      var place = target.block(rows: row..<(row + count), columns: 0..<block.rows)
      place.assign(block.view.columns(start..<(start + count)).transposed)
      row += count
    }
  }

  /// Puts what came from each rank at its frames.
  private func unpack<S: Scalar>(
    _ incoming: borrowing Matrix<S>, from first: Int, _ height: Int, ranks: Int,
    into result: inout Matrix<S>
  ) {
    for rank in 0..<ranks {
      let begin = min(frames, first + rank * height)
      let end = min(frames, begin + height)
      let rows = (rank * result.rows)..<((rank + 1) * result.rows)
      var target = result.mutableView
      var place = target.block(rows: 0..<target.rows, columns: begin..<end)
      place.assign(incoming.view.block(rows: rows, columns: 0..<(end - begin)))
    }
  }
}

package import Collectives
internal import LinearAlgebra
internal import Statistics

/// What it costs to move data between ranks: `latency + bytes / bandwidth` seconds.
package struct MessageRate: Codable, Equatable, Sendable {
  /// Seconds for an empty message.
  package var latency: Double

  /// Bytes a second in each direction, both at once.
  package var bandwidth: Double

  package init(latency: Double, bandwidth: Double) {
    self.latency = latency
    self.bandwidth = bandwidth
  }
}

/// Measures blocks exchanged by two ranks, while the others wait.
///
/// - Parameters:
///   - first: one rank.
///   - second: the other.
///   - group: all ranks.
///   - elements: doubles in the long block.
/// - Returns: the same on all ranks.
/// - Throws: what the group's communication throws.
/// - Collective: every rank of the group must call it.
package func measureMessages(
  between first: Int, and second: Int, on group: borrowing some RankGroup & ~Copyable,
  elements: Int = 1 << 19
) throws -> MessageRate {
  precondition(first != second, "a rank needs no message to itself")
  let short = try timeExchange(first, second, group, elements: 1, repetitions: 200)
  let long = try timeExchange(first, second, group, elements: elements, repetitions: 5)
  let bytes = Double(elements * MemoryLayout<Double>.stride)
  return MessageRate(latency: short, bandwidth: bytes / max(long - short, 1e-9))
}

/// Seconds for one exchange of two ranks' blocks, agreed by all ranks.
private func timeExchange(
  _ first: Int, _ second: Int, _ group: borrowing some RankGroup & ~Copyable,
  elements: Int, repetitions: Int
) throws -> Double {
  var counts = [Int](repeating: 0, count: group.size)
  let isFirst = group.rank == first
  let takesPart = isFirst || group.rank == second
  if takesPart { counts[isFirst ? second : first] = elements }
  var outgoing = Matrix<Double>(rows: 1, columns: takesPart ? elements : 1)
  var incoming = Matrix<Double>(rows: 1, columns: takesPart ? elements : 1)
  var best = Double.infinity
  // Two rounds: the first also pays for connecting the two.
  for _ in 0..<2 {
    try group.barrier()
    let start = now()
    for _ in 0..<repetitions {
      var buffers = try group.beginExchange(
        outgoing, sendCounts: counts, into: incoming, receiveCounts: counts
      ).finish()
      outgoing = Matrix(rows: 0, columns: 0)
      incoming = Matrix(rows: 0, columns: 0)
      swap(&outgoing, &buffers.outgoing)
      swap(&incoming, &buffers.incoming)
    }
    best = min(best, (now() - start) / Double(repetitions))
  }
  return try group.maximum(takesPart ? best : 0)
}

/// Seconds for a sum over all ranks of that many doubles, the median of some.
///
/// - Throws: what the group's communication throws.
/// - Collective: every rank of the group must call it.
package func timeSum(
  elements: Int, on group: borrowing some RankGroup & ~Copyable
) throws -> Double {
  var values = [Double](repeating: 1, count: elements)
  var times: [Double] = []
  for _ in 0..<(elements < 1000 ? 100 : 5) {
    let start = now()
    try group.sum(&values)
    times.append(now() - start)
    for i in values.indices { values[i] = 1 }
  }
  return try group.maximum(lowerMedian(times) ?? 0)
}

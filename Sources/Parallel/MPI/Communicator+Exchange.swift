internal import CMPI
internal import CMPIShims
package import Collectives
package import LinearAlgebra

extension Communicator {
  /// Starts an all-to-all with one message a pair of ranks, or several for long blocks.
  ///
  /// `MPI_Ialltoallv` would not do: its displacements have 32 bits, and whether one
  /// rank's buffers are too long for it is not known to the others. Rank r sends to
  /// r + 1, r + 2, … so that no rank is everybody's target at once.
  /// C: `MPI_Irecv`, `MPI_Isend`, `MPI_Waitall`.
  package func beginExchange<S: Scalar>(
    _ outgoing: consuming Matrix<S>, sendCounts: [Int],
    into incoming: consuming Matrix<S>, receiveCounts: [Int]
  ) throws -> Exchange<S> {
    precondition(
      sendCounts.count == size && receiveCounts.count == size
        && sendCounts.reduce(0, +) <= outgoing.elements.count
        && receiveCounts.reduce(0, +) <= incoming.elements.count
        && sendCounts[rank] == receiveCounts[rank],
      "send \(sendCounts), receive \(receiveCounts) on rank \(rank) of \(size)")
    var requests: [cmpi_request] = []
    // The storage does not move, and the exchange keeps it until the messages are done.
    let source = outgoing.elements.withUnsafeBufferPointer { $0 }
    let target = storage(of: &incoming)
    let sends = blocks(sendCounts)
    let receives = blocks(receiveCounts)
    for distance in 1..<size {
      let peer = (rank + size - distance) % size
      try post("MPI_Irecv", target[receives[peer]], &requests) {
        MPI_Irecv($0, $1, cmpi_byte(), CInt(peer), 0, handle, &$2.handle)
      }
    }
    for distance in 1..<size {
      let peer = (rank + distance) % size
      try post(
        "MPI_Isend", UnsafeMutableBufferPointer(mutating: source)[sends[peer]], &requests
      ) {
        MPI_Isend($0, $1, cmpi_byte(), CInt(peer), 0, handle, &$2.handle)
      }
    }
    let own = UnsafeMutableBufferPointer(rebasing: target[receives[rank]])
    _ = own.update(fromContentsOf: source[sends[rank]])
    var pending = requests
    return Exchange(outgoing: outgoing, incoming: incoming) {
      try check("MPI_Waitall", cmpi_wait_all(CInt(pending.count), &pending))
    }
  }

  /// Starts the messages of one block; both sides cut it at the same places.
  private func post<S: Scalar>(
    _ call: String, _ block: Slice<UnsafeMutableBufferPointer<S>>,
    _ requests: inout [cmpi_request],
    _ begin: (UnsafeMutableRawPointer, CInt, inout cmpi_request) -> CInt
  ) throws {
    guard let base = UnsafeMutableBufferPointer(rebasing: block).baseAddress else { return }
    try forEachMessage(of: block.count) { piece in
      var request = cmpi_request()
      let bytes = piece.count * MemoryLayout<S>.stride
      try check(call, begin(base + piece.lowerBound, CInt(bytes), &request))
      requests.append(request)
    }
  }
}

/// The whole storage of a matrix.
private func storage<S: Scalar>(of matrix: inout Matrix<S>) -> UnsafeMutableBufferPointer<S> {
  var elements = matrix.mutableElements
  return elements.withUnsafeMutableBufferPointer { $0 }
}

/// Where each block lies when blocks of these lengths lie one after the other.
private func blocks(_ counts: [Int]) -> [Range<Int>] {
  zip(startOffsets(counts), counts).map { $0..<($0 + $1) }
}

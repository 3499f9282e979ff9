internal import CMPI
internal import CMPIShims
package import Collectives

extension Communicator {
  package func sum<T: Transferable>(_ values: inout MutableSpan<T>) throws {
    try reduce(&values, cmpi_sum())
  }

  package func maximum<T: Transferable>(_ values: inout MutableSpan<T>) throws {
    try reduce(&values, cmpi_max())
  }

  private func reduce<T: Transferable>(_ values: inout MutableSpan<T>, _ operation: MPI_Op) throws {
    try values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try forEachMessage(of: buffer.count) { piece in
        try check(
          "MPI_Allreduce",
          MPI_Allreduce(
            cmpi_in_place(), base + piece.lowerBound, CInt(piece.count),
            datatype(T.self), operation, handle))
      }
    }
  }

  package func broadcast<T: Transferable>(
    _ values: inout MutableSpan<T>, from root: Int
  ) throws {
    precondition(root >= 0 && root < size, "there is no rank \(root) among \(size)")
    try values.withUnsafeMutableBufferPointer { buffer in
      try broadcast(buffer, from: root)
    }
  }

  private func broadcast<T: Transferable>(
    _ buffer: UnsafeMutableBufferPointer<T>, from root: Int
  ) throws {
    guard let base = buffer.baseAddress else { return }
    try forEachMessage(of: buffer.count) { piece in
      try check(
        "MPI_Bcast",
        MPI_Bcast(
          base + piece.lowerBound, CInt(piece.count), datatype(T.self),
          CInt(root), handle))
    }
  }

  package func gather<T: Transferable>(
    _ part: Span<T>, into whole: inout MutableSpan<T>, counts: [Int]
  ) throws {
    precondition(
      counts.count == size && counts[rank] == part.count,
      "counts \(counts) for \(size) ranks, part of \(part.count) on rank \(rank)")
    let total = counts.reduce(0, +)
    precondition(whole.count == total, "\(whole.count) places for \(total) elements")
    let offsets = startOffsets(counts)
    try part.withUnsafeBufferPointer { part in
      try whole.withUnsafeMutableBufferPointer { whole in
        guard total > 0, let base = whole.baseAddress else { return }
        if total <= messageLimit {
          // An empty part has no address of its own, and any valid one will do.
          let source = part.baseAddress ?? UnsafePointer(base)
          try check(
            "MPI_Allgatherv",
            MPI_Allgatherv(
              source, CInt(part.count), datatype(T.self), base,
              counts.map { CInt($0) }, offsets.map { CInt($0) }, datatype(T.self), handle))
        } else {
          // Its displacements have 32 bits too: each rank broadcasts its part instead.
          let own = UnsafeMutableBufferPointer(rebasing: whole[range(rank)])
          if !part.isEmpty { _ = own.update(from: part) }
          for root in 0..<size {
            try broadcast(UnsafeMutableBufferPointer(rebasing: whole[range(root)]), from: root)
          }
        }
      }
    }

    func range(_ rank: Int) -> Range<Int> { offsets[rank]..<(offsets[rank] + counts[rank]) }
  }

  /// Cuts 0..<count into the pieces that one MPI call each can carry.
  func forEachMessage(of count: Int, _ body: (Range<Int>) throws -> Void) rethrows {
    var start = 0
    while start < count {
      let end = min(count, start + messageLimit)
      try body(start..<end)
      start = end
    }
  }
}

/// Where each block starts when blocks of these lengths lie one after the other.
func startOffsets(_ counts: [Int]) -> [Int] {
  var next = 0
  return counts.map { count in
    defer { next += count }
    return next
  }
}

/// The MPI type of an element.
private func datatype<T: Transferable>(_ type: T.Type) -> MPI_Datatype {
  switch T.transferKind {
  case .float32: cmpi_float32()
  case .float64: cmpi_float64()
  case .int64: cmpi_int64()
  case .uint8: cmpi_uint8()
  }
}

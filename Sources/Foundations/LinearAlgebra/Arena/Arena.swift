internal import Kernels

/// A row-major contiguous matrix inside an `Arena`.
package struct Slot: Sendable, Equatable {
  package let offset: Int
  package let rows: Int
  package let columns: Int

  /// Numbers in the slot.
  package var count: Int { rows * columns }

  package init(offset: Int, rows: Int, columns: Int) {
    self.offset = offset
    self.rows = rows
    self.columns = columns
  }

  /// Some rows of the slot.
  package func rows(_ range: Range<Int>) -> Slot {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Slot(offset: offset + range.lowerBound * columns, rows: range.count, columns: columns)
  }

  /// The same numbers as rows of another length.
  package func reshaped(rows: Int, columns: Int) -> Slot {
    precondition(rows * columns == count, "\(self.rows)×\(self.columns) is not \(rows)×\(columns)")
    return Slot(offset: offset, rows: rows, columns: columns)
  }
}

/// Slots laid out one after the other before the arena exists.
package struct ArenaPlan: Sendable {
  /// Numbers reserved so far.
  package private(set) var capacity = 0

  package init() {}

  /// A new slot, aligned to 64 bytes in both precisions.
  package mutating func reserve(rows: Int, columns: Int) -> Slot {
    let slot = Slot(offset: capacity, rows: rows, columns: columns)
    capacity += (rows * columns + 15) / 16 * 16
    return slot
  }
}

/// One allocation that holds many matrices, planned before the loop that uses them.
///
/// Operations name their operands by `Slot`, so that a compiled program can write one
/// matrix while it reads others of the same arena without a raw pointer in sight.
/// Every operation checks that its slots lie inside, and none allocates.
package struct Arena<S: Scalar>: ~Copyable {
  let storage: Matrix<S>
  private let capacity: Int

  /// An arena of zeros.
  package init(_ plan: ArenaPlan) {
    capacity = plan.capacity
    // Kernels of tangents read whole vectors at the end of a parameter.
    storage = Matrix(rows: 1, columns: plan.capacity + TangentOrder.slack)
  }

  /// Bytes held.
  package var bytes: Int { capacity * MemoryLayout<S>.stride }

  /// The address of a slot, checked.
  func address(_ slot: Slot) -> UnsafeMutablePointer<S> {
    precondition(
      slot.offset >= 0 && slot.offset + slot.count <= capacity,
      "slot \(slot) of an arena of \(capacity)")
    return storage.base + slot.offset
  }

  // MARK: - Access from outside

  /// The numbers of a slot, row by row.
  @_lifetime(borrow self)
  package func elements(_ slot: Slot) -> Span<S> {
    let span = unsafe Span(_unsafeStart: UnsafePointer(address(slot)), count: slot.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// The numbers of a slot for writing, row by row.
  @_lifetime(&self)
  package mutating func mutableElements(_ slot: Slot) -> MutableSpan<S> {
    let span = unsafe MutableSpan(_unsafeStart: address(slot), count: slot.count)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// A slot as a matrix for reading.
  @_lifetime(borrow self)
  package func view(_ slot: Slot) -> MatrixView<S> {
    let view = MatrixView(
      base: UnsafePointer(address(slot)), rows: slot.rows, columns: slot.columns,
      stride: slot.columns, isTransposed: false)
    return unsafe _overrideLifetime(view, borrowing: self)
  }

  /// Copies numbers into a slot.
  package mutating func write(_ source: Span<S>, to slot: Slot) {
    precondition(source.count == slot.count, "\(source.count) numbers for \(slot)")
    let target = address(slot)
    unsafe source.withUnsafeBufferPointer {
      guard let base = $0.baseAddress else { return }
      target.update(from: base, count: slot.count)
    }
  }

  /// Sets a slot to zero.
  package mutating func clear(_ slot: Slot) {
    address(slot).update(repeating: 0, count: slot.count)
  }

  /// Copies one slot to another of the same length.
  package mutating func copy(_ source: Slot, to target: Slot) {
    precondition(source.count == target.count, "\(source) to \(target)")
    address(target).update(from: address(source), count: source.count)
  }
}

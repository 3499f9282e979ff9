internal import Kernels

/// The rows of the left operand of a product with a packed matrix, as its kernel reads them.
///
/// For kernels that round: tiles of 16 rows × 32 columns of bfloat16, 1 KB each, all columns of
/// 16 rows after each other; the rests, x minus its rounded value and rounded too, lie in tiles
/// of their own. For float32: rows, at distances that are odd numbers of cache lines, so that
/// rows do not compete for the same places of a cache.
///
/// - Complexity: rows × columns × 2, 4 (with rests) or 4 bytes (float32).
package struct PackedRows: ~Copyable {
  /// The shape of the operand.
  package let rows: Int
  package let columns: Int
  /// The kernel that reads it; those that round read the same tiles.
  package let kernel: ProductKernel
  /// Whether there are rests, for split products.
  package let holdsRest: Bool
  private let layout: PackedRowsLayout
  private let base: UnsafeMutableRawPointer

  /// Rows of zeros.
  package init(rows: Int, columns: Int, kernel: ProductKernel, holdsRest: Bool) {
    precondition(rows >= 0 && columns >= 0, "packed rows cannot be \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    self.kernel = kernel
    self.holdsRest = holdsRest && kernel.isRounded
    layout = PackedRowsLayout(rows: rows, columns: columns, isRounded: kernel.isRounded)
    let bytes = layout.bytes * (self.holdsRest ? 2 : 1)
    base = allocate(bytes: max(1, bytes), alignment: vectorAlignment)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit { deallocate(base) }

  /// `row ← values`, each rounded to the nearest bfloat16 (ties to even) if the kernel rounds.
  package mutating func set(_ row: Int, _ values: Span<Float>) {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    precondition(values.count == columns, "\(values.count) values in a row of \(columns)")
    let line = base + layout.offset(ofRow: row)
    if kernel.isRounded {
      packTileRow(values, into: tiles(line), rest: holdsRest ? tiles(line + layout.bytes) : nil)
    } else {
      line.assumingMemoryBound(to: Float.self).update(from: values.pointer, count: columns)
    }
  }

  /// Exchanges two rows.
  package mutating func swapRows(_ first: Int, _ second: Int) {
    precondition(
      first >= 0 && first < rows && second >= 0 && second < rows,
      "rows \(first) and \(second) of \(rows)")
    guard first != second else { return }
    let (a, b) = (base + layout.offset(ofRow: first), base + layout.offset(ofRow: second))
    if kernel.isRounded {
      swapTileRows(columns, tiles(a), tiles(b))
      if holdsRest { swapTileRows(columns, tiles(a + layout.bytes), tiles(b + layout.bytes)) }
    } else {
      let other = b.assumingMemoryBound(to: Float.self)
      for j in 0..<columns { swap(&a.assumingMemoryBound(to: Float.self)[j], &other[j]) }
    }
  }

  /// What a product reads.
  func operand(withRest: Bool) -> (base: UnsafeRawPointer, rest: UnsafeRawPointer?, stride: Int) {
    (
      UnsafeRawPointer(base), withRest ? UnsafeRawPointer(base + layout.bytes) : nil,
      layout.stride
    )
  }

  private func tiles(_ line: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt16> {
    line.assumingMemoryBound(to: UInt16.self)
  }
}

// The storage is owned by one value, reads are const and writes need exclusive access.
extension PackedRows: @unchecked Sendable {}

/// Where the rows of a left operand lie.
private struct PackedRowsLayout {
  let isRounded: Bool
  /// Tiles that follow each other for a block of rows; numbers from row to row in float32.
  let steps: Int
  let stride: Int
  /// Of all rows, without the rests.
  let bytes: Int

  init(rows: Int, columns: Int, isRounded: Bool) {
    self.isRounded = isRounded
    steps = ceilingQuotient(columns, PackedOrder.tileDepth)
    let perLine = vectorAlignment / MemoryLayout<Float>.stride
    stride = (ceilingQuotient(columns, perLine) | 1) * perLine
    bytes =
      isRounded
      ? ceilingQuotient(rows, PackedOrder.tileRows) * steps * PackedOrder.tileBytes
      : rows * stride * MemoryLayout<Float>.stride
  }

  /// Bytes to a row's line in its first tile, or to its first number.
  func offset(ofRow row: Int) -> Int {
    guard isRounded else { return row * stride * MemoryLayout<Float>.stride }
    let (block, line) = row.quotientAndRemainder(dividingBy: PackedOrder.tileRows)
    return block * steps * PackedOrder.tileBytes
      + line * PackedOrder.tileDepth * MemoryLayout<UInt16>.stride
  }
}

/// `⌈a / b⌉`.
func ceilingQuotient(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }

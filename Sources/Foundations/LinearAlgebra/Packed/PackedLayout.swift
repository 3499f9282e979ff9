internal import Kernels

/// The layout of a fixed k×n matrix B, packed once for many products `C = A B`.
///
/// B is cut into panels of 32 columns, of which each is a row of a `Matrix<Float>`, so that
/// ranks of a node can share the storage and the packing. For float32 a panel is k lines of 32
/// numbers. For kernels that round it is ⌈k / 32⌉ pairs of tiles of bfloat16: a tile holds 32
/// rows × 16 columns, and its line q the numbers B[2q, j], B[2q + 1, j] of each column j in turn
/// (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, "TDPBF16PS"); then,
/// if held, the tiles of the rests. What is missing of the last panel or tile is zeros.
///
/// - Complexity: k n × 2, 4 (with rests) or 4 bytes (float32).
package struct PackedLayout: Sendable {
  /// The kernel that reads it; those that round read the same tiles.
  package let kernel: ProductKernel
  /// The shape of B.
  package let rows: Int
  package let columns: Int
  /// Whether there are rests, for split products.
  package let holdsRest: Bool

  /// The layout of a matrix; float32 has no rests.
  package init(kernel: ProductKernel, rows: Int, columns: Int, holdsRest: Bool) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be \(rows)×\(columns)")
    self.kernel = kernel
    self.rows = rows
    self.columns = columns
    self.holdsRest = holdsRest && kernel.isRounded
  }

  /// Columns of a panel.
  package static var panelColumns: Int { PackedOrder.panelColumns }

  /// How many panels there are.
  package var panels: Int { ceilingQuotient(columns, Self.panelColumns) }

  /// The rows of the storage: one for each panel.
  package var storageRows: Int { panels }

  /// The columns of the storage: the floats of a panel.
  package var storageColumns: Int { partColumns * (holdsRest ? 2 : 1) }

  /// The bytes of the storage.
  package var bytes: Int { storageRows * storageColumns * MemoryLayout<Float>.stride }

  /// The floats of a panel without its rests.
  private var partColumns: Int {
    guard kernel.isRounded else { return rows * Self.panelColumns }
    let tiles = 2 * ceilingQuotient(rows, PackedOrder.tileDepth)
    return tiles * PackedOrder.tileBytes / MemoryLayout<Float>.stride
  }

  /// Packs some columns of B, `b`, as the panels that begin with panel `firstPanel`.
  ///
  /// - Parameters:
  ///   - b: k rows, and as many columns as whole panels have, or up to the last of B; may be
  ///     transposed.
  ///   - firstPanel: where they begin, in panels.
  ///   - storage: `storageRows` × `storageColumns`; other panels are left alone.
  /// - Complexity: k columns numbers read and written once.
  package func pack(
    _ b: MatrixView<Float>, firstPanel: Int, into storage: inout Matrix<Float>
  ) {
    requireStorage(storage)
    let first = firstPanel * Self.panelColumns
    precondition(
      b.rows == rows && firstPanel >= 0 && first + b.columns <= columns
        && (b.columns % Self.panelColumns == 0 || first + b.columns == columns),
      "\(b.rows)×\(b.columns) from panel \(firstPanel) of \(rows)×\(columns)")
    for column in stride(from: 0, to: b.columns, by: Self.panelColumns) {
      let source = StridedNumbers(
        base: b.base + column * (b.isTransposed ? b.stride : 1),
        rowStride: b.isTransposed ? 1 : b.stride, columnStride: b.isTransposed ? b.stride : 1)
      let count = min(Self.panelColumns, b.columns - column)
      let panel = storage.base + (first + column) / Self.panelColumns * storageColumns
      if kernel.isRounded {
        let rest = holdsRest ? UnsafeMutableRawPointer(panel + partColumns) : nil
        source.packTiles(
          rows: rows, columns: count,
          into: UnsafeMutableRawPointer(panel).assumingMemoryBound(to: UInt16.self),
          rest: rest?.assumingMemoryBound(to: UInt16.self))
      } else {
        source.pack(rows: rows, columns: count, into: panel)
      }
    }
  }

  /// `C[0..<count] ← A[0..<count] B`, on this thread.
  ///
  /// The kernels that round take, with `a = hi(a) + lo(a)` and likewise b, in each step of 32
  /// numbers of a sum `hi(a) lo(b)`, `hi(a) hi(b)` and `lo(a) hi(b)` after each other, or the
  /// second alone. Products with one storage may run on several threads at once.
  ///
  /// - Parameters:
  ///   - count: the rows to multiply; those of C that follow are left alone.
  ///   - a: at least so many rows, in the layout of this kernel.
  ///   - storage: what `pack` filled.
  ///   - accuracy: split products need the rests of A and of B; float32 has one accuracy.
  ///   - c: of `columns` columns.
  /// - Complexity: 2 · count · k · n operations, three times as many if split.
  package func multiply(
    count: Int, _ a: borrowing PackedRows, _ storage: borrowing Matrix<Float>,
    accuracy: ProductAccuracy, into c: inout Matrix<Float>
  ) {
    requireStorage(storage)
    precondition(
      a.columns == rows && c.columns == columns && count >= 0 && count <= min(a.rows, c.rows),
      "\(count) rows of \(a.rows)×\(a.columns) times \(rows)×\(columns) into \(c.rows)×\(c.columns)"
    )
    precondition(
      a.kernel.isRounded == kernel.isRounded, "rows for \(a.kernel.name), not \(kernel.name)")
    precondition(kernel.isAvailable, "\(kernel.name) cannot run here")
    let isSplit = kernel.isRounded && accuracy == .split
    precondition(!isSplit || (holdsRest && a.holdsRest), "a split product without rests")
    guard rows > 0 else {
      c.base.update(repeating: 0, count: count * columns)
      return
    }
    let operands = PackedOperands(
      shape: (count, rows, columns), a: a.operand(withRest: isSplit),
      b: (UnsafePointer(storage.base), storageColumns, partColumns), c: c.base)
    switch kernel {
    case .amx: operands.multiplyByMatrixUnits()
    case .portableTiles: operands.multiplyTiles()
    case .avx512BF16: operands.multiplyByBFloat16Vectors()
    case .portablePairs: operands.multiplyPairs()
    case .avx512: operands.multiplyByAVX512()
    case .avx2: operands.multiplyByAVX2()
    case .portable: operands.multiplyPortably()
    }
  }

  private func requireStorage(_ storage: borrowing Matrix<Float>) {
    precondition(
      storage.rows == storageRows && storage.columns == storageColumns,
      "storage of \(storage.rows)×\(storage.columns), not \(storageRows)×\(storageColumns)")
  }
}

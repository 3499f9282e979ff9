internal import CKernels

// What Sources/CKernels/include/products.h declares, for LinearAlgebra alone.

/// What is so of the processor's matrix units for bfloat16 (AMX).
package enum MatrixUnits: Sendable {
  /// The processor has none.
  case absent
  /// The system lets this process use them.
  case granted
  /// The processor has them, and the system refuses them to this process.
  case refused

  /// Those of this process; the first use asks the system, for all threads.
  package static let ofThisProcess: MatrixUnits =
    switch Int(ck_request_amx()) {
    case CK_AMX_GRANTED: .granted
    case CK_AMX_REFUSED: .refused
    default: .absent
    }
}

/// What is so of the processor's vector units for bfloat16 (AVX512_BF16).
package enum BFloat16Vectors: Sendable {
  /// The processor has none.
  case absent
  /// They do no more in a second than those in single precision, as far as we know.
  case slow
  /// They do about twice as much.
  case fast

  /// Those of this thread, whose level may be restricted.
  package static var ofThisThread: BFloat16Vectors {
    switch Int(ck_bf16_vectors()) {
    case CK_BF16_FAST: .fast
    case CK_BF16_SLOW: .slow
    default: .absent
    }
  }
}

/// How operands of products with a fixed matrix lie in memory.
package enum PackedOrder {
  /// Columns of a panel.
  package static let panelColumns = CK_PANEL
  /// Rows of a tile of the left operand.
  package static let tileRows = CK_TILE_ROWS
  /// Numbers of a row that a tile holds: a step of the sum.
  package static let tileDepth = CK_TILE_DEPTH
  /// Bytes of a tile.
  package static let tileBytes = CK_TILE * MemoryLayout<UInt16>.stride
}

/// The addresses and shape of a product of packed operands.
package struct PackedOperands {
  var product: ck_product

  /// The operands of C = A B, with A rows×depth and B depth×columns.
  ///
  /// - Parameters:
  ///   - shape: rows, depth and columns.
  ///   - a: tiles or rows; their rests, if a product takes them; numbers from row to row.
  ///   - b: panels; floats from one to the next, and from one to its rests.
  ///   - c: rows of `columns` numbers.
  package init(
    shape: (rows: Int, depth: Int, columns: Int),
    a: (base: UnsafeRawPointer, rest: UnsafeRawPointer?, stride: Int),
    b: (base: UnsafePointer<Float>, panel: Int, rest: Int), c: UnsafeMutablePointer<Float>
  ) {
    product = ck_product(
      rows: shape.rows, k: shape.depth, n: shape.columns, a: a.base, a_rest: a.rest,
      lda: a.stride, b: b.base, panel: b.panel, rest: b.rest, c: c, ldc: shape.columns)
  }

  /// Multiplies tiles by the matrix units.
  package func multiplyByMatrixUnits() { withUnsafePointer(to: product) { ck_multiply_amx($0) } }

  /// Multiplies tiles without them, with the same bits.
  package func multiplyTiles() { withUnsafePointer(to: product) { ck_multiply_tiles($0) } }

  /// Multiplies tiles by the vector units for bfloat16.
  package func multiplyByBFloat16Vectors() {
    withUnsafePointer(to: product) { ck_multiply_avx512bf16($0) }
  }

  /// Multiplies tiles without them, with the same bits.
  package func multiplyPairs() { withUnsafePointer(to: product) { ck_multiply_pairs($0) } }

  /// Multiplies rows by vectors of 512 bits.
  package func multiplyByAVX512() { withUnsafePointer(to: product) { ck_multiply_v4($0) } }

  /// Multiplies rows by vectors of 256 bits.
  package func multiplyByAVX2() { withUnsafePointer(to: product) { ck_multiply_v3($0) } }

  /// Multiplies rows by plain C.
  package func multiplyPortably() { withUnsafePointer(to: product) { ck_multiply_portable($0) } }
}

/// Rounds a row into its line of each tile, and what is left into that of the rests.
package func packTileRow(
  _ values: Span<Float>, into tiles: UnsafeMutablePointer<UInt16>,
  rest: UnsafeMutablePointer<UInt16>?
) {
  ck_tiles_row(values.count, values.pointer, tiles, rest)
}

/// Exchanges the lines of two rows of so many numbers.
package func swapTileRows(
  _ count: Int, _ first: UnsafeMutablePointer<UInt16>, _ second: UnsafeMutablePointer<UInt16>
) {
  ck_tiles_swap(count, first, second)
}

/// Where a matrix lies: element (i, j) is at `i * rowStride + j * columnStride`.
package struct StridedNumbers {
  package var base: UnsafePointer<Float>
  package var rowStride: Int
  package var columnStride: Int

  /// An address with the distances between rows and between columns.
  package init(base: UnsafePointer<Float>, rowStride: Int, columnStride: Int) {
    self.base = base
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// Rounds some columns into the tiles of a panel, and what is left into those of the rests.
  package func packTiles(
    rows: Int, columns: Int, into tiles: UnsafeMutablePointer<UInt16>,
    rest: UnsafeMutablePointer<UInt16>?
  ) {
    ck_tiles_panel(rows, columns, base, rowStride, columnStride, tiles, rest)
  }

  /// Copies some columns into a panel.
  package func pack(rows: Int, columns: Int, into panel: UnsafeMutablePointer<Float>) {
    ck_panel(rows, columns, base, rowStride, columnStride, panel)
  }
}

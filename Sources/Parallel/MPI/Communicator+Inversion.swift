package import Collectives
package import LinearAlgebra

extension Communicator {
  package func invertPositiveDefinite<S: Scalar & Transferable>(
    _ a: borrowing NodeShared<Double>, ridge: Double, into inverse: inout NodeShared<S>
  ) throws -> Inversion {
    let order = a.matrix.rows
    let layout = BlockCyclic(order: order, ranks: size, leastShare: leastShare)
    // ScaLAPACK counts a rank's entries in 32 bits.
    guard ProcessGrid.isAvailable, layout.ranks > 1, layout.mostEntries <= Int(Int32.max) else {
      return try invertOnEachNode(a, ridge: ridge, into: &inverse)
    }
    let grid = try ProcessGrid(layout, of: handle, size: size)
    let part = BlockPart(of: grid)
    var blocks = Matrix<Double>(rows: part.height, columns: part.width)
    var isPositiveDefinite = true
    if grid.isMember {
      part.take(a.matrix, ridge: ridge, into: &blocks)
      isPositiveDefinite = grid.invert(&blocks) && part.hasFiniteDiagonal(blocks)
    }
    isPositiveDefinite = try maximum(isPositiveDefinite ? 0 : 1) == 0
    if isPositiveDefinite {
      part.put(&blocks, into: &inverse.matrix)
      try assemble(&inverse)
    }
    return Inversion(
      isPositiveDefinite: isPositiveDefinite,
      flops: grid.isMember ? Inversion.flops(order: order) / Double(layout.ranks) : 0)
  }
}

/// One rank's blocks of a matrix that is dealt block-cyclically, as one matrix.
private struct BlockPart {
  let height: Int
  let width: Int
  /// The blocks of the lower triangle, as they lie in the part and in the whole.
  private var blocks: [(own: Block, whole: Block)] = []

  private struct Block {
    let rows: Range<Int>
    let columns: Range<Int>
    var isDiagonal: Bool { rows == columns }
  }

  init(of grid: borrowing ProcessGrid) {
    let layout = grid.layout
    let rows = grid.isMember ? layout.places(of: grid.column, among: layout.columns) : []
    let columns = grid.isMember ? layout.places(of: grid.row, among: layout.rows) : []
    height = BlockCyclic.length(rows)
    width = BlockCyclic.length(columns)
    var top = 0
    for row in rows {
      var left = 0
      for column in columns where column.lowerBound <= row.lowerBound {
        let own = Block(
          rows: top..<(top + row.count), columns: left..<(left + column.count))
        blocks.append((own, Block(rows: row, columns: column)))
        left += column.count
      }
      top += row.count
    }
  }

  /// `part ← (A + ridge I)` at this rank's places in the lower triangle.
  func take(_ a: borrowing Matrix<Double>, ridge: Double, into part: inout Matrix<Double>) {
    var target = part.mutableView
    for (own, whole) in blocks {
      var block = target.block(rows: own.rows, columns: own.columns)
      block.assign(a.view.block(rows: whole.rows, columns: whole.columns))
      guard whole.isDiagonal else { continue }
      for i in 0..<block.rows { block[i, i] += ridge }
    }
  }

  /// Whether no infinity or NaN went through the factorisation: ScaLAPACK's own test of the
  /// pivots lets them pass.
  func hasFiniteDiagonal(_ part: borrowing Matrix<Double>) -> Bool {
    blocks.allSatisfy { own, whole in
      !whole.isDiagonal || zip(own.rows, own.columns).allSatisfy { part[$0, $1].isFinite }
    }
  }

  /// Writes both triangles of the whole, rounded, at this rank's places and their mirrors.
  func put<S: Scalar>(_ part: inout Matrix<Double>, into whole: inout Matrix<S>) {
    var source = part.mutableView
    var target = whole.mutableView
    for (own, place) in blocks {
      var block = source.block(rows: own.rows, columns: own.columns)
      if place.isDiagonal { mirrorLower(&block) }
      let rounded = block.view.copy().converted(to: S.self)
      do {
        var lower = target.block(rows: place.rows, columns: place.columns)
        lower.assign(rounded.view)
      }
      guard !place.isDiagonal else { continue }
      var upper = target.block(rows: place.columns, columns: place.rows)
      upper.assign(rounded.view.transposed)
    }
  }
}

internal import CKernels

/// Symmetric positive systems of one order, solved side by side: one in each lane of a vector.
///
/// Entry j of the system of a lane is number `j · count + lane`. Of a matrix there are the rows of
/// the lower triangle, one after another.
package enum LaneSystems {
  /// Systems side by side.
  package static let count = CK_LANES
  /// What orders are multiples of.
  package static let orderUnit = 4

  /// Numbers of a lower triangle.
  package static func triangle(_ order: Int) -> Int { order * (order + 1) / 2 }

  /// The matrices ← their Cholesky factors, with the inverses of the pivots on the diagonals.
  ///
  /// A pivot is at least `least` times the mean of its matrix's diagonal: rounding may have left
  /// none.
  /// - Complexity: order³ / 3 flops a system.
  package static func factor(
    order: Int, least: Float, _ matrices: inout MutableSpan<Float>
  ) {
    precondition(order.isMultiple(of: orderUnit), "systems of order \(order)")
    requireEqualLengths(matrices.count, triangle(order) * count)
    ck_lanes_factor(order, least, matrices.pointer)
  }

  /// `x ← A⁻¹ x` from the factors.
  ///
  /// - Complexity: 2 order² flops a system.
  package static func solve(
    order: Int, _ factors: Span<Float>, _ vectors: inout MutableSpan<Float>
  ) {
    precondition(order.isMultiple(of: orderUnit), "systems of order \(order)")
    requireEqualLengths(factors.count, triangle(order) * count)
    requireEqualLengths(vectors.count, order * count)
    ck_lanes_solve(order, factors.pointer, vectors.pointer)
  }

  /// The first entries of a lane ← numbers.
  package static func set(
    _ lane: Int, _ values: Span<Float>, in all: inout MutableSpan<Float>
  ) {
    precondition((0..<count).contains(lane), "lane \(lane) of \(count)")
    precondition(values.count * count <= all.count, "\(values.count) entries of a lane")
    ck_lanes_set(values.count, lane, values.pointer, all.pointer)
  }

  /// The first numbers ← the first entries of a lane.
  package static func get(
    _ lane: Int, count n: Int, of all: Span<Float>, into values: inout MutableSpan<Float>
  ) {
    precondition((0..<count).contains(lane), "lane \(lane) of \(count)")
    precondition(n >= 0 && n <= values.count && n * count <= all.count, "\(n) entries of a lane")
    ck_lanes_get(n, lane, all.pointer, values.pointer)
  }
}

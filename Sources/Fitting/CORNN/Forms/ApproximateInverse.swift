internal import Collectives
internal import LinearAlgebra

/// Something cheaper than `K⁻¹` that stands in for it until a solution is verified, in the
/// precision P.
///
/// The dual form carries S along by `G p = e − λ p`, which an approximate `p` meets only
/// nearly: S is recomputed before a solution counts as one; its residual is then measured with
/// the inverse itself, unless the images are close to it: what is neglected of G is not seen in
/// `e − λ p` either.
protocol ApproximateInverse<P>: AnyObject {
  associatedtype P: Scalar

  /// `image ← K⁻¹ residual`, about, for the first rows; returns the flops.
  ///
  /// `room` belongs to the product, from one call to the next.
  func multiply(
    rows: Range<Int>, _ residual: borrowing Matrix<P>, into image: inout Matrix<P>,
    room: inout Matrix<P>
  ) -> Double
}

/// `(G + λI)⁻¹` in float32: twice as fast a product as that in float64.
final class RoundedInverse: ApproximateInverse {
  private let inverse: NodeShared<Float>

  /// - Complexity: half the memory of the inverse, once a node.
  /// - Collective: every rank of `group` must call it.
  init(
    _ exact: borrowing NodeShared<some Scalar>, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let order = exact.matrix.rows
    var rounded = try group.allocateOnNode(rows: order, columns: order, of: Float.self)
    let own = Partition(of: order, among: rounded.nodeSize).range(of: rounded.nodeRank)
    rounded.matrix.round(exact.matrix, rows: own)
    try rounded.synchronize()
    inverse = rounded
  }

  func multiply(
    rows: Range<Int>, _ residual: borrowing Matrix<Float>, into image: inout Matrix<Float>,
    room: inout Matrix<Float>
  ) -> Double {
    image.multiply(rows: rows, residual, inverse.matrix)
    return 2 * Double(rows.count) * Double(residual.columns) * Double(residual.columns)
  }
}

/// An approximate inverse in the precision of the panels, or in float32 with vectors that are
/// rounded for the product and widened after it.
enum Approximation<S: Scalar & Transferable> {
  case same(any ApproximateInverse<S>)
  case narrow(any ApproximateInverse<Float>, Deflation<S>)

  /// Whether an image is so good that S drifts hardly more than by the rounding of float64:
  /// otherwise solutions are finished with the inverse itself, which takes an iteration or two.
  var isClose: Bool {
    if case .narrow(let inverse, _) = self { inverse is RoundedInverse } else { false }
  }

  /// `image ← K⁻¹ residual`, about, for the active rows.
  func precondition(_ panel: inout Panel<S>) {
    let rows = 0..<panel.active
    switch self {
    case .same(let inverse):
      panel.flops += inverse.multiply(
        rows: rows, panel.residual, into: &panel.image, room: &panel.compressed)
    case .narrow(let inverse, let deflation):
      let (count, unknowns) = (panel.neurons.count, panel.residual.columns)
      if panel.narrow.residual.columns != unknowns {
        panel.narrow = NarrowVectors(rows: count, columns: unknowns)
      }
      panel.narrow.residual.round(panel.residual, rows: rows)
      panel.flops += panel.narrow.multiply(by: inverse, rows: rows)
      panel.image.round(panel.narrow.image, rows: rows)
      deflation.apply(&panel)
    }
  }
}

/// What a panel keeps for products in float32; rows × unknowns.
struct NarrowVectors: ~Copyable {
  var residual: Matrix<Float>
  var image: Matrix<Float>
  var room = Matrix<Float>(rows: 0, columns: 0)

  init(rows: Int, columns: Int) {
    residual = Matrix(rows: rows, columns: columns)
    image = Matrix(rows: rows, columns: columns)
  }

  fileprivate mutating func multiply(
    by inverse: any ApproximateInverse<Float>, rows: Range<Int>
  ) -> Double {
    inverse.multiply(rows: rows, residual, into: &image, room: &room)
  }
}

internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// What makes the curvatures of a row's samples its Hessian on the leading features.
///
/// `H_ab = Σ_t h_t Q_ta Q_tb` is linear in h: the rows of a panel times one fixed matrix of products
/// of two features, of which a part of the samples is enough.
struct LeadingCurvature {
  let limits: CurvatureLimits
  /// `Q_ta Q_tb` for b ≤ a, times what makes the samples that are looked at stand for all;
  /// samples × k (k + 1) / 2.
  let products: PackedFactor

  var order: Int { limits.order }

  /// Of features in the order of their size, of which `lines` gives the leading ones at some samples,
  /// a row a sample; nil where it does not pay.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: samples × k² / 2 products over the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  init?(
    samples: Int, features: Int, kernel: ProductKernel,
    group: borrowing some RankGroup & ~Copyable,
    lines: (_ samples: [Int], _ leading: Int) -> Matrix<Float>
  ) throws {
    limits = CurvatureLimits(samples: samples, features: features)
    guard limits.order > 0 else { return nil }
    let places = Array(stride(from: 0, to: samples, by: limits.stride))
    let looked = lines(places, limits.order).view.transposed.copy()
    let share = Float(samples) / Float(places.count)
    products = try PackedFactor(
      PackedLayout(
        kernel: kernel, rows: places.count, columns: LaneSystems.triangle(limits.order),
        holdsRest: false), group: group
    ) { columns in
      var result = Matrix<Float>(rows: columns.count, columns: places.count)
      var (a, b) = Self.pair(columns.lowerBound)
      for i in 0..<columns.count {
        result.setScaled(row: i, looked, a, by: looked, b)
        result.scaleRow(i, by: share)
        (a, b) = b < a ? (a, b + 1) : (a + 1, 0)
      }
      return result
    }
  }

  /// Row and column of an entry of a lower triangle.
  private static func pair(_ place: Int) -> (Int, Int) {
    var row = 0
    while LaneSystems.triangle(row + 1) <= place { row += 1 }
    return (row, place - LaneSystems.triangle(row))
  }
}

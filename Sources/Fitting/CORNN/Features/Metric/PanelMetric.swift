internal import Kernels
internal import LinearAlgebra

/// What preconditions the directions of a panel's rows besides the features.
///
/// On the leading features it is the row's own Hessian `H = Qᵀ h Q + B` with the curvatures h that
/// it begins with; on the others `h̄ QᵀQ + B`, diagonal, with their mean. The features alone stand
/// for h = 1. With the penalty of the own weight, `c cᵀ / τ`, the inverse is one of rank one away.
/// Everything is addressed by position.
final class PanelMetric {
  /// The leading features, k.
  let order: Int
  /// Cholesky factors, systems side by side: a row for each sixteen.
  private var factors: Matrix<Float>
  /// What is solved for, likewise.
  private var vectors: Matrix<Float>
  /// h̄.
  private var means: [Double]
  /// `m = M₀⁻¹ c` with M₀ the metric without the own weight, and `cᵀm`.
  private(set) var images: Matrix<Float>
  private(set) var products: [Double]

  /// The least pivot over the mean of the diagonal: about what products rounded to bfloat16 leave.
  private static var leastPivot: Float { 0x1p-8 }

  init(rows: Int, order: Int, features: Int) {
    let blocks = (rows + LaneSystems.count - 1) / LaneSystems.count
    self.order = order
    factors = Matrix(
      rows: blocks, columns: LaneSystems.triangle(order) * LaneSystems.count)
    vectors = Matrix(rows: blocks, columns: order * LaneSystems.count)
    means = [Double](repeating: 1, count: rows)
    images = Matrix(rows: rows, columns: features)
    products = [Double](repeating: 0, count: rows)
  }

  /// Takes row i of some lower triangles as the Hessian at a position.
  func setHessian(
    at position: Int, _ triangles: borrowing Matrix<Float>, _ i: Int, mean: Double
  ) {
    let (block, lane) = position.quotientAndRemainder(dividingBy: LaneSystems.count)
    factors.setLane(row: block, lane, triangles, i, count: triangles.columns)
    means[position] = mean
  }

  /// Factors all Hessians; then m of every c follows.
  func factor(own: borrowing Matrix<Float>, penalty: borrowing Matrix<Float>) {
    for block in 0..<factors.rows {
      factors.factorLanes(row: block, order: order, least: Self.leastPivot)
    }
    for k in 0..<images.rows {
      images.copyRow(k, from: own, k)
      gather(images, k, at: k)
    }
    solve(positions: Array(0..<images.rows))
    for k in 0..<images.rows {
      scatter(into: &images, k, at: k, penalty: penalty)
      products[k] = images.dot(k, own, k)
    }
  }

  /// Takes the leading numbers of a row for the system at a position.
  func gather(_ rows: borrowing Matrix<Float>, _ i: Int, at position: Int) {
    let (block, lane) = position.quotientAndRemainder(dividingBy: LaneSystems.count)
    vectors.setLane(row: block, lane, rows, i, count: order)
  }

  /// Solves the systems at some positions.
  func solve(positions: [Int]) {
    for block in Set(positions.map { $0 / LaneSystems.count }).sorted() {
      vectors.solveLanes(row: block, order: order, factors)
    }
  }

  /// A row ← M₀⁻¹ of it, its leading numbers from the system at a position.
  func scatter(
    into rows: inout Matrix<Float>, _ i: Int, at position: Int, penalty: borrowing Matrix<Float>
  ) {
    let (block, lane) = position.quotientAndRemainder(dividingBy: LaneSystems.count)
    rows.getLane(row: i, count: order, vectors, block, lane)
    rows.featureRest(row: i, from: order, mean: means[position], penalty: penalty)
  }
}

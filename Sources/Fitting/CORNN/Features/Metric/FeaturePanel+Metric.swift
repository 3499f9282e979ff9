internal import Kernels
internal import LinearAlgebra

// Images and directions where the curvatures of the rows precondition them.
extension FeaturePanel {
  /// Hessians that are there at a time, beside those that are kept: products are at full speed.
  private static var hessiansAtOnce: Int { 64 }

  /// Takes the curvatures at the present S as the metric of the active rows.
  mutating func takeMetric() {
    guard let leading = features.leading, case .diagonal(let penalty) = features.penalty
    else { return }
    let order = leading.order
    let metric = PanelMetric(rows: panel.rows.count, order: order, features: features.count)
    let most = min(Self.hessiansAtOnce, panel.active)
    var curvatures = Matrix<Float>(rows: 1, columns: leading.limits.samples)
    var packed = PackedRows(
      rows: most, columns: leading.limits.samples, kernel: features.kernel, holdsRest: false)
    var hessians = Matrix<Float>(rows: most, columns: LaneSystems.triangle(order))
    var means = [Double](repeating: 0, count: most)
    for first in stride(from: 0, to: panel.active, by: most) {
      let rows = first..<min(first + most, panel.active)
      for (i, row) in rows.enumerated() {
        means[i] = curvatures.setEvery(leading.limits.stride, of: panel.curvature, row)
        packed.set(i, from: curvatures, 0)
      }
      panel.flops += leading.products.multiply(rows.count, packed, .rounded, into: &hessians)
      for (i, row) in rows.enumerated() {
        hessians.addToDiagonal(ofTriangle: i, penalty.matrix, order: order)
        metric.setHessian(
          at: panel.rows[row].position, hessians, i, mean: means[i])
      }
    }
    metric.factor(own: own.directions, penalty: penalty.matrix)
    self.metric = metric
  }

  /// The images of all active rows.
  mutating func updateImages() {
    guard let metric, case .diagonal(let diagonal) = features.penalty else {
      for i in 0..<panel.active { updateImage(i) }
      return
    }
    var sums: [GradientSums] = []
    for i in 0..<panel.active {
      let k = panel.rows[i].position
      sums.append(
        panel.preconditioned.featureGradient(
          row: i, product: panel.residual, penalty: self.penalty, own: own.directions,
          image: metric.images, k))
      metric.gather(panel.preconditioned, i, at: k)
    }
    metric.solve(positions: (0..<panel.active).map { panel.rows[$0].position })
    for i in 0..<panel.active {
      metric.scatter(
        into: &panel.preconditioned, i, at: panel.rows[i].position, penalty: diagonal.matrix)
      updateImage(i, sums[i], in: metric)
    }
  }

  /// `z ← M⁻¹` of the gradient `v − c (cᵀη) / τ`, with `M = M₀ + c cᵀ / τ` and `z = M₀⁻¹ v` given:
  /// `z − m (mᵀv + cᵀη) / (τ + cᵀm)`, whatever τ.
  ///
  /// The residual is that in the metric of the features, as without a metric.
  private mutating func updateImage(_ i: Int, _ sums: GradientSums, in metric: PanelMetric) {
    let k = panel.rows[i].position
    let (slack, square, state) = (own.slack[k], own.squares[k], along[k].state)
    var correction = 0.0
    if square > 0 {
      let plain = (sums.own + state) / (slack + square)
      let image = sums.own - plain * square
      panel.rows[i].decrement = max(
        0, sums.square - plain * (2 * sums.own - plain * square) + image * image * stiffness(k))
      correction = (sums.image + state) / (slack + metric.products[k])
    } else {
      panel.rows[i].decrement = sums.square
    }
    let product = panel.preconditioned.featureCorrect(
      row: i, product: panel.residual, penalty: penalty, correction: correction,
      image: metric.images, k)
    panel.rows[i].crossing = sums.crossing - state * along[k].image * stiffness(k)
    along[k].image = sums.image - correction * metric.products[k]
    panel.rows[i].square = max(0, product - state * along[k].image * stiffness(k))
  }

  /// `p ← z + β p`, and the slope along it.
  mutating func setDirectionInMetric(_ i: Int, beta: Double) {
    let k = panel.rows[i].position
    let sums = panel.direction.featureDescent(
      row: i, product: panel.residual, penalty: penalty, beta: beta,
      image: panel.preconditioned, own: own.directions, k)
    along[k].direction = sums.own
    panel.rows[i].slope = sums.slope - along[k].state * sums.own * stiffness(k)
  }
}

extension Matrix where S == Float {
  /// The first row ← every so many numbers of row i of another matrix; returns their mean.
  fileprivate mutating func setEvery(
    _ step: Int, of other: borrowing Matrix<Float>, _ i: Int
  ) -> Double {
    var target = mutableRow(0)
    let source = other.row(i)
    var sum = 0.0
    for j in 0..<target.count {
      target[j] = source[j * step]
      sum += Double(source[j * step])
    }
    return sum / Double(max(1, target.count))
  }

  /// Adds a diagonal to that of a lower triangle in row i.
  fileprivate mutating func addToDiagonal(
    ofTriangle i: Int, _ diagonal: borrowing Matrix<Float>, order: Int
  ) {
    var triangle = mutableRow(i)
    let values = diagonal.row(0)
    for a in 0..<order { triangle[LaneSystems.triangle(a + 1) - 1] += values[a] }
  }
}

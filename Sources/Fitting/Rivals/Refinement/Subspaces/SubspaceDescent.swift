private import Glibc
internal import CORNN
internal import Collectives
internal import LinearAlgebra

/// Gauss-Newton steps down the error of free runs, each in a subspace of its own.
///
/// Of
/// ```
/// L + κ/2 (‖W − W₀‖² + ‖ln α − ln α₀‖²)
/// ```
/// the first part is taken as quadratic with the curvature of Gauss and Newton, J'J, which tangents
/// along the directions of the subspace (``RefinementDirections``) give forward in time. Its least
/// in the subspace, damped, is where the step leads; it goes a share of the way, so that blocks can
/// tell how far is good. A step that would not lower the sum is shortened, and then not taken, and
/// the next is damped more.
///
/// - Complexity: see `TangentRuns`; two to four runs without tangents a step, and one with them.
/// Reference: Levenberg (1944), Marquardt (1963) for the damping.
struct SubspaceDescent: ~Copyable, RefinementSteps {
  private let refinement: Refinement
  private let bounds: WeightBounds
  private let start: RefinedNetwork
  private let runs: TangentRuns
  /// What the last step added.
  private var last: RefinedNetwork
  private var damping = SubspaceDescent.firstDamping
  private(set) var network: RefinedNetwork

  /// The damping by the mean curvature of the subspace: at first, and by how much it falls and rises.
  private static var firstDamping: Double { 1e-3 }
  private static var easing: Double { 0.3 }
  private static var tightening: Double { 10 }
  /// Shares of a step that are tried.
  private static var shares: [Double] { [1, 0.25] }
  /// Directions are the same where the least eigenvalue of their products is below this share of the
  /// largest.
  private static var leastAngle: Double { 1e-10 }

  /// Begins at a network, whose weights outside the bounds are set right.
  init(
    _ refinement: Refinement, of runs: consuming TangentRuns, bounds: consuming WeightBounds,
    from start: consuming RefinedNetwork
  ) {
    bounds.project(&start.weights)
    self.refinement = refinement
    self.bounds = bounds
    self.runs = runs
    let (rows, columns) = (start.weights.rows, start.weights.columns)
    last = RefinedNetwork(
      weights: Matrix(rows: rows, columns: columns), leaks: [Double](repeating: 0, count: rows))
    network = start.copy()
    self.start = start
  }

  /// One step.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func step(group: borrowing some RankGroup & ~Copyable) throws {
    let slopes = try runs.slopes(
      of: network, stretches: RefinementDirections.stretches, group: group)
    var directions = RefinementDirections(
      slopes, bounds: bounds, at: network, after: last, movesLeaks: !refinement.keepsLeaks)
    try directions.normalise(group: group)
    let curvature = try runs.curvature(of: network, along: directions, group: group)
    let pulled = try directions.projections(of: displacement(of: network), group: group)
    let coefficients = leastIn(
      curvature, products: try directions.products(group: group), pulled: pulled)
    let before = slopes.loss + (try pullEnergy(of: network, group: group))
    for share in Self.shares {
      let added = directions.combined(
        coefficients.map { share * refinement.learningRate * $0 })
      let moved = moved(by: added)
      let after =
        try runs.value(of: moved, group: group) + (try pullEnergy(of: moved, group: group))
      // NaN is no gain.
      guard after < before else { continue }
      last = RefinedNetwork(weights: moved.weights.copy(), leaks: added.leaks)
      for i in 0..<last.weights.rows { last.weights.add(-1, network.weights, i, toRow: i) }
      network = moved
      damping *= Self.easing
      return
    }
    damping *= Self.tightening
  }

  /// `−(A + κ D + μ) ⁻¹ (g + κ p)` in the subspace, by an orthonormal basis of it.
  private func leastIn(
    _ curvature: borrowing SubspaceCurvature, products: borrowing Matrix<Double>, pulled: [Double]
  ) -> [Double] {
    let eigen = SymmetricEigen(products.copy())
    let largest = eigen.values.last ?? 0
    let kept = eigen.values.indices.filter { eigen.values[$0] > Self.leastAngle * largest }
    var basis = eigen.vectors.selectedRows(kept)
    for (row, place) in kept.enumerated() {
      basis.scaleRow(row, by: 1 / eigen.values[place].squareRoot())
    }
    var system = product(product(basis, curvature.products), basis, transposingB: true)
    let mean = kept.indices.reduce(0) { $0 + system[$1, $1] } / Double(max(1, kept.count))
    for q in kept.indices { system[q, q] += refinement.pull + damping * mean }
    let gradient = kept.indices.map { q in
      pulled.indices.reduce(0) {
        $0 + basis[q, $1] * (curvature.slopes[$1] + refinement.pull * pulled[$1])
      }
    }
    // Symmetric and positive: by its eigenvectors, which rounding cannot make fail.
    let inner = SymmetricEigen(system)
    var result = [Double](repeating: 0, count: pulled.count)
    for p in kept.indices where inner.values[p] > 0 {
      let along = kept.indices.reduce(0) { $0 + inner.vectors[p, $1] * gradient[$1] }
      for q in kept.indices {
        for k in result.indices {
          result[k] -= along / inner.values[p] * inner.vectors[p, q] * basis[q, k]
        }
      }
    }
    return result
  }

  /// The network after a step, brought back where it may be.
  private func moved(by step: borrowing RefinedNetwork) -> RefinedNetwork {
    var moved = network.copy()
    for i in 0..<moved.weights.rows {
      moved.weights.add(1, step.weights, i, toRow: i)
      moved.leaks[i] = min(1, moved.leaks[i] * exp(step.leaks[i]))
    }
    bounds.project(&moved.weights)
    return moved
  }

  /// W − W₀ and ln α − ln α₀.
  private func displacement(of other: borrowing RefinedNetwork) -> RefinedNetwork {
    var result = other.copy()
    for i in 0..<result.weights.rows {
      result.weights.add(-1, start.weights, i, toRow: i)
      result.leaks[i] = log(result.leaks[i]) - log(start.leaks[i])
    }
    return result
  }

  /// The pull's part of what is lowered.
  private func pullEnergy(
    of other: borrowing RefinedNetwork, group: borrowing some RankGroup & ~Copyable
  ) throws -> Double {
    let away = displacement(of: other)
    var sum = away.leaks.reduce(0) { $0 + $1 * $1 }
    for i in 0..<away.weights.rows { sum += away.weights.dot(i, away.weights, i) }
    return 0.5 * refinement.pull * (try group.sum(sum))
  }
}

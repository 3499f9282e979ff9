internal import LinearAlgebra
private import Synchronization

/// The exact projection onto the weights that a mask allows, in the metric of
/// `A = XᵀX + λI`.
///
/// With F the m forbidden and a the k allowed regressors, the preconditioned gradient is
/// `p_a = A[a,a]⁻¹ g_a`, `p_F = 0`, which equals `A⁻¹g − A⁻¹[:,F] ((A⁻¹)[F,F])⁻¹ (A⁻¹g)_F`.
/// One of the two matrices is factored, whichever makes the fit cheaper.
final class MaskProjection: Sendable {
  /// What was factored.
  enum Side: Sendable {
    /// The matrix on the forbidden regressors, of order m.
    case forbidden
    /// The matrix on the allowed regressors, of order k.
    case allowed
    /// Nothing, because neither factor is affordable: see `IteratedProjection`.
    case neither
  }

  let forbidden: [Int]
  let allowed: [Int]
  let side: Side
  private let factor: Cholesky<Double>

  /// Takes the matrix of the chosen side, 0×0 if there is none to factor; `regressors` is
  /// the number of all of them.
  ///
  /// - Throws: `NotPositiveDefinite` if rounding spoilt the matrix.
  init(
    forbidden: [Int], regressors: Int, side: Side, matrix: consuming Matrix<Double>
  ) throws(NotPositiveDefinite) {
    self.forbidden = forbidden
    allowed = Self.complement(of: forbidden, in: regressors)
    self.side = side
    factor = try Cholesky(matrix)
  }

  /// The regressors that are factored.
  var indices: [Int] {
    switch side {
    case .forbidden: forbidden
    case .allowed: allowed
    case .neither: []
    }
  }

  /// `V ← V B⁻¹`, B the factored matrix; V has one column for each of `indices`.
  func solve(_ values: inout Matrix<Double>) {
    guard values.columns > 0 else { return }
    var view = values.mutableView
    factor.solveFromRight(&view)
  }

  /// The numbers below `count` that are not in the ascending list.
  static func complement(of members: [Int], in count: Int) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(count - members.count)
    var next = 0
    for j in 0..<count {
      if next < members.count, members[next] == j { next += 1 } else { result.append(j) }
    }
    return result
  }
}

/// Projections of masks that several neurons have, kept until the last of them took it.
final class ProjectionCache: Sendable {
  private let kept = Mutex<[ForbiddenSet: (projection: MaskProjection, left: Int)]>([:])

  /// The projection of a neuron, built if it is its mask's first.
  ///
  /// Threads that need the same one at the same time may both build it.
  func projection(
    for exclusion: Exclusion, build: () -> MaskProjection
  ) -> MaskProjection {
    guard exclusion.users > 1 else { return build() }
    if let found = take(exclusion) { return found }
    let built = build()
    kept.withLock { kept in
      if kept[exclusion.set] == nil { kept[exclusion.set] = (built, exclusion.users - 1) }
    }
    return built
  }

  private func take(_ exclusion: Exclusion) -> MaskProjection? {
    kept.withLock { kept in
      guard let entry = kept[exclusion.set] else { return nil }
      kept[exclusion.set] = entry.left > 1 ? (entry.projection, entry.left - 1) : nil
      return entry.projection
    }
  }
}

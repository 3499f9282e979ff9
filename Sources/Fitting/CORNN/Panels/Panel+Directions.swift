internal import Kernels
internal import LinearAlgebra

// Directions and steps of one row: O(samples + unknowns) work, no products.
extension Panel {
  /// `⟨g, z⟩` in the space of weights, z being the preconditioned residual.
  func residualDotPreconditioned(_ i: Int) -> Double { residual.dot(i, preconditioned, i) }

  /// `⟨g, p⟩`.
  func residualDotDirection(_ i: Int) -> Double {
    switch space {
    case .weights: residual.dot(i, direction, i)
    case .samples: residual.dot(i, directionResponse, i)
    }
  }

  /// `⟨g, A⁻¹ g⟩` of a residual that is preconditioned.
  mutating func decrement(_ i: Int) -> Double {
    switch space {
    case .weights: residualDotPreconditioned(i)
    case .samples:
      preconditioned.dualComplete(
        row: i, correction: 0, along: direction, i, residual: residual, ridge: S(ridge))
    }
  }

  /// `z ← z + c v` with v row j of `vectors`, and `⟨g, A⁻¹ g⟩` of the new z, in the space of
  /// samples.
  mutating func decrement(
    _ i: Int, adding c: S, _ vectors: borrowing Matrix<S>, _ j: Int
  ) -> Double {
    preconditioned.dualComplete(
      row: i, correction: c, along: vectors, j, residual: residual, ridge: S(ridge))
  }

  /// `p ← z + β p`, and the slope along it; in the space of samples its response and all sums
  /// along it too.
  mutating func setDirection(_ i: Int, beta: Double) {
    switch space {
    case .weights:
      direction.fold(S(beta), intoRow: i, preconditioned)
      rows[i].slope = residualDotDirection(i)
    case .samples:
      let sums = direction.dualDirection(
        row: i, beta: S(beta), ridge: S(ridge), response: &directionResponse,
        residual: residual, image: preconditioned, coefficients: coefficients,
        curvature: curvature)
      rows[i].slope = sums.slope
      rows[i].directionSquared = sums.square
      rows[i].overlap = sums.overlap
      rows[i].curvature = sums.curvature
    }
  }

  /// `⟨p, p⟩`, `⟨θ, p⟩` and the curvature along p, once its response is known.
  mutating func refreshDirectionSums(_ i: Int) {
    switch space {
    case .weights:
      let sums = coefficients.dots(i, direction, i)
      rows[i].directionSquared = sums.yy
      rows[i].overlap = sums.xy
    case .samples:
      rows[i].directionSquared = direction.dot(i, directionResponse, i)
      rows[i].overlap = coefficients.dot(i, directionResponse, i)
    }
    rows[i].curvature = curvature.weightedSquare(i, directionResponse, i)
  }

  /// `⟨θ, θ⟩`, afresh.
  mutating func refreshSquaredNorm(_ i: Int) {
    rows[i].squaredNorm =
      switch space {
      case .weights: coefficients.dot(i, coefficients, i)
      case .samples: coefficients.dot(i, response, i)
      }
  }

  /// `θ ← θ + t p`, `S ← S + t Sp`.
  mutating func advance(_ i: Int, by t: Double) {
    coefficients.add(S(t), direction, i, toRow: i)
    response.add(S(t), directionResponse, i, toRow: i)
    refreshNorm(i, after: t)
  }

  /// The same once the scores at the new S are in place, and in the space of samples the
  /// residual that follows from them.
  mutating func advanceWithResidual(_ i: Int, by t: Double) {
    switch space {
    case .weights: advance(i, by: t)
    case .samples:
      rows[i].crossing = residual.dualAdvance(
        row: i, step: S(t), along: direction, response: directionResponse, score: score,
        image: preconditioned, ridge: S(ridge), coefficients: &coefficients,
        activations: &response)
      refreshNorm(i, after: t)
    }
  }

  /// What of the residual follows from the scores without a product: in the space of samples
  /// `E − λ b`, in that of weights nothing.
  mutating func takeScore(_ i: Int) {
    if space == .samples { advanceWithResidual(i, by: 0) }
  }

  private mutating func refreshNorm(_ i: Int, after t: Double) {
    rows[i].squaredNorm += t * (2 * rows[i].overlap + t * rows[i].directionSquared)
  }
}

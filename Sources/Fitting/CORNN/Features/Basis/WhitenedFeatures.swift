internal import Collectives
internal import LinearAlgebra

/// Features of the samples in which the ridge problem is round.
///
/// With Φ (samples × count) any features and `C Cᵀ = ΦᵀΦ + λI`, the responses are `S = Q η` with
/// `Q = Φ C⁻ᵀ` and `η = Cᵀ θ`, and the penalty is `½ ηᵀ B η` with `B = λ C⁻¹ C⁻ᵀ`:
/// `QᵀQ + B = I`, so the gradient `QᵀE − B η` is preconditioned as it stands. Rounding of a factor
/// leaves errors relative to each direction's own size; that is what products of 16 bits need, and
/// products with an inverse cannot give.
///
/// Leaving out a neuron's own weight adds `(cᵀη)² / 2τ` to its penalty, with `c = C⁻¹ a`,
/// `Φ a` the own regressor and `τ = (1 − |a|²) / λ`: what the other directions of weight space
/// have to take up so that the own weight is zero. If a is in the span of the features, τ is 0
/// and `cᵀη = 0` a constraint.
struct WhitenedFeatures {
  /// The fitted transitions.
  let samples: Int
  /// The features.
  let count: Int
  /// `Qᵀ`, count × samples: `S = η Qᵀ` for η in rows.
  let response: PackedFactor
  /// `Q`, samples × count: `H = E Q` for E in rows.
  let projection: PackedFactor
  let penalty: FeaturePenalty
  /// What makes curvatures of samples those of the leading features, where they lead by size and
  /// that pays.
  var leading: LeadingCurvature?

  var kernel: ProductKernel { response.layout.kernel }
}

/// The matrix B of the penalty `½ ηᵀ B η`.
enum FeaturePenalty {
  /// A row with the diagonal.
  case diagonal(SharedRow)
  case dense(PackedFactor)

  /// `result ← B x` for the first `count` rows of x, which are packed too; returns the flops of
  /// products.
  func apply(
    to x: borrowing Matrix<Float>, _ packed: borrowing PackedRows, _ count: Int,
    _ accuracy: ProductAccuracy, into result: inout Matrix<Float>
  ) -> Double {
    switch self {
    case .diagonal(let diagonal):
      for i in 0..<count { result.setScaled(row: i, x, i, by: diagonal.matrix) }
      return 0
    case .dense(let factor):
      return factor.multiply(count, packed, accuracy, into: &result)
    }
  }
}

/// One row of numbers, for several threads to read.
final class SharedRow {
  let matrix: Matrix<Float>

  init(_ values: [Float]) { matrix = Matrix([values]) }
}

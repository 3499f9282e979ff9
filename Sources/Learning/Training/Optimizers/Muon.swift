package import Differentiation
package import LinearAlgebra

/// Momentum whose matrices are orthogonalised: all their directions move equally far.
///
/// For every matrix that is trained, m×n,
/// ```
/// M ← μ M + (1 − μ) G,   N = μ M + (1 − μ) G   (Nesterov)
/// W ← (1 − η λ) W − 0.2 √max(m, n) η  orth(N)
/// ```
/// where `orth` is ``orthogonalised(_:)``; biases and starting states go by Adam. The factor
/// makes a step as long as one of Adam, so that both take one rate.
///
/// - Complexity: 5 (4 m² n + 2 m³) flops a matrix with m ≤ n, on every rank.
/// References: Jordan et al. (2024), Muon; Liu et al. (2025), for the factor.
package struct Muon: UpdateRule {
  package static var multipliesMatrices: Bool { true }

  /// μ, decay of the mean of gradients.
  private static var momentum: Double { 0.95 }
  /// The root mean square of Adam's steps, in rates.
  private static var usualStep: Double { 0.2 }

  private let matrices: [Parameter]
  private let weightDecay: WeightDecay
  private var rest: Adam
  private var means: [[Double]]

  /// Moves all parameters of a program.
  package init(_ program: Program, weightDecay: Double = 0) {
    matrices = program.freeMatrices
    self.weightDecay = WeightDecay(program, strength: weightDecay)
    rest = Adam(ranges: program.otherRanges, weightDecay: WeightDecay(program, strength: 0))
    means = matrices.map { [Double](repeating: 0, count: $0.count) }
  }

  /// Momentum of every matrix, then what Adam keeps of the rest.
  package var memory: [Double] {
    get { means.flatMap { $0 } + rest.memory }
    set {
      var place = 0
      for i in means.indices {
        means[i] = Array(newValue[place..<(place + means[i].count)])
        place += means[i].count
      }
      rest.memory = Array(newValue[place...])
    }
  }

  package mutating func update(
    _ parameters: inout [Double], along gradient: [Double], rate: Double
  ) {
    weightDecay.apply(to: &parameters, rate: rate)
    let mu = Self.momentum
    for (k, matrix) in matrices.enumerated() {
      var ahead = [Double](repeating: 0, count: matrix.count)
      for (i, place) in matrix.range.enumerated() {
        means[k][i] = mu * means[k][i] + (1 - mu) * gradient[place]
        ahead[i] = mu * means[k][i] + (1 - mu) * gradient[place]
      }
      let direction = Self.orthogonalised(
        Matrix(rows: matrix.rows, columns: matrix.columns, values: ahead))
      let length = Self.usualStep * Double(max(matrix.rows, matrix.columns)).squareRoot() * rate
      let entries = direction.elements
      for (i, place) in matrix.range.enumerated() { parameters[place] -= length * entries[i] }
    }
    rest.update(&parameters, along: gradient, rate: rate)
  }

  /// About `U Vᵀ` for `G = U S Vᵀ`: singular values brought near 1 by five steps of a
  /// Newton-Schulz iteration, `X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X` from `X = G / ‖G‖`.
  package static func orthogonalised(_ g: borrowing Matrix<Double>) -> Matrix<Double> {
    let isTall = g.rows > g.columns
    var x = isTall ? g.view.transposed.copy() : g.copy()
    scale(&x, by: 1 / (norm(x) + 1e-7))
    let (a, b, c) = coefficients
    for _ in 0..<5 {
      var gram = Matrix<Double>(rows: x.rows, columns: x.rows)
      var view = gram.mutableView
      symmetricRankUpdate(x.view, into: &view)
      var polynomial = gram.copy()
      view = polynomial.mutableView
      multiply(gram.view, gram.view, into: &view, scale: c, keep: b)
      let before = x.copy()
      view = x.mutableView
      multiply(polynomial.view, before.view, into: &view, keep: a)
    }
    return isTall ? x.view.transposed.copy() : x
  }

  /// a, b, c: steep at 0, and between 0.7 and 1.2 after five steps from anywhere in (0, 1].
  package static let coefficients = (3.4445, -4.7750, 2.0315)

  private static func norm(_ x: borrowing Matrix<Double>) -> Double {
    let entries = x.elements
    var square = 0.0
    for i in 0..<entries.count { square += entries[i] * entries[i] }
    return square.squareRoot()
  }

  private static func scale(_ x: inout Matrix<Double>, by factor: Double) {
    var entries = x.mutableElements
    for i in 0..<entries.count { entries[i] *= factor }
  }
}

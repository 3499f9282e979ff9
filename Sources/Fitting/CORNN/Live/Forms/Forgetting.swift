internal import Kernels
internal import LinearAlgebra

/// `A = Σ γ^age x xᵀ + ridge I` of transitions that are forgotten by and by.
///
/// The ridge is forgotten with them, and put back a few coordinates a transition, so that it is
/// what it should be in the mean and P changes by steps of rank one alone.
struct Forgetting: ~Copyable {
  /// γ: what is left of a transition after the next one.
  let decay: Double
  private let ridge: Double
  /// The lower triangle of A.
  private var gram: Matrix<Double>
  /// The coordinate whose ridge is put back next.
  private var coordinate = 0

  /// nil where all transitions of the problem count alike.
  init?(_ problem: LiveProblem) {
    guard case .forgetting(let halfLife) = problem.memory else { return nil }
    decay = LiveMemory.decay(halfLife: halfLife)
    ridge = problem.ridge
    gram = Matrix(rows: problem.regressors, columns: problem.regressors)
    for j in 0..<gram.rows { gram[j, j] = ridge }
  }

  /// Ridge that is added to a coordinate.
  struct Raise {
    let coordinate: Int
    let weight: Double
  }

  /// Coordinates a transition: each is come to twice in the time in which 1/e is left.
  private var raisesInStep: Int {
    max(1, Int((2 * Double(gram.rows) * (1 - decay)).rounded(.up)))
  }

  /// `A ← γ A + x xᵀ`.
  ///
  /// - Complexity: M² flops.
  mutating func include(_ x: [Double]) {
    let decay = decay
    for j in 0..<gram.rows {
      var row = gram.mutableRow(j)
      let factor = x[j]
      for k in 0...j { row[k] = decay * row[k] + factor * x[k] }
    }
  }

  /// Puts back what the ridge has lost, and says where.
  mutating func takeRaises() -> [Raise] {
    let count = raisesInStep
    let weight = ridge * Double(gram.rows) * (1 - decay) / Double(count)
    return (0..<count).map { _ in
      defer { coordinate = (coordinate + 1) % gram.rows }
      gram[coordinate, coordinate] += weight
      return Raise(coordinate: coordinate, weight: weight)
    }
  }

  /// Takes another A.
  mutating func restart(with a: consuming Matrix<Double>) {
    gram = a
    coordinate = 0
  }

  /// A, both triangles.
  func whole() -> Matrix<Double> {
    var a = gram.copy()
    for j in 0..<a.rows {
      for k in 0..<j { a[k, j] = a[j, k] }
    }
    return a
  }

  /// `A v`.
  func image(of v: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: v.count)
    for j in v.indices {
      let row = gram.row(j)
      var total = row[j] * v[j]
      for k in 0..<j {
        total += row[k] * v[k]
        sum[k] += row[k] * v[j]
      }
      sum[j] += total
    }
    return sum
  }
}

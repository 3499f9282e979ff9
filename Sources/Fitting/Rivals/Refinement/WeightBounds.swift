internal import CORNN
internal import LinearAlgebra

/// Which weights may move, and to which side of zero.
struct WeightBounds: ~Copyable {
  /// 1 where a weight is free, else 0: local neurons × regressors.
  private let free: Matrix<Double>
  /// The sign of each presynaptic neuron's weights; nil where all are free.
  private let signs: [Int]?

  /// A mask, signs, self-connections and neurons that are not fitted bound them; inputs and bias
  /// of the others are free.
  init(_ problem: FitProblem<Double>, _ recipe: FitRecipe) {
    let regressors = problem.regressors
    var free = Matrix<Double>(rows: regressors.local.count, columns: regressors.count)
    for i in problem.fittable {
      free.fillRow(i, with: 1)
      if !recipe.configuration.selfConnections { free[i, regressors.local.lowerBound + i] = 0 }
      for j in recipe.constraints.mask?[i].members ?? [] { free[i, j] = 0 }
    }
    self.free = free
    signs = recipe.constraints.signs
  }

  /// Entries of what may not move become 0.
  func restrict(_ matrix: inout Matrix<Double>) {
    let marks = free.elements
    var entries = matrix.mutableElements
    for k in 0..<entries.count where marks[k] == 0 { entries[k] = 0 }
  }

  /// Slopes along which descent would take a weight of zero to the side it may not be on become 0.
  func stopOutward(_ slopes: inout Matrix<Double>, at weights: borrowing Matrix<Double>) {
    guard let signs else { return }
    for i in 0..<weights.rows {
      for (j, sign) in signs.enumerated()
      where weights[i, j] == 0 && slopes[i, j] * Double(sign) > 0 { slopes[i, j] = 0 }
    }
  }

  /// Weights are brought back where they may be: the nearest that are allowed.
  func project(_ weights: inout Matrix<Double>) {
    restrict(&weights)
    guard let signs else { return }
    for i in 0..<weights.rows {
      for (j, sign) in signs.enumerated() where weights[i, j] * Double(sign) < 0 {
        weights[i, j] = 0
      }
    }
  }
}

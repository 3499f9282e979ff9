internal import Collectives
private import Glibc
package import LinearAlgebra

/// What the weights onto one neuron are worth.
///
/// Two numbers a weight, neither of which makes the other up:
/// - the sampling error at this ridge: how far the weight would move if the recording were made
///   anew, by the sandwich. It tells nothing of where the true weight is.
/// - the ridge bias: how far the ridge pulls a weight from the truth, at the root mean square, if
///   true weights onto this neuron have independent signs and all the same size. A few large
///   ones among many zeros are pulled by more.
///
/// With `D = φ″(s)`, `H = X D Xᵀ + λ I` and `E = d − tanh s` over the transitions, for the weights
/// that are free,
/// ```
/// V = H⁻¹ X diag(E²) Xᵀ H⁻¹ · T / (T − tr D Xᵀ H⁻¹ X)
/// b = τ √diag(B Bᵀ),   B = λ H⁻¹,   τ² = (mean w² − mean diag V) / mean diag((I − B)(I − B)ᵀ)
/// ```
/// Errors of different transitions count as uncorrelated; `errorCorrelation` says whether they are.
///
/// Reference: White (1980) for the sandwich, MacKinnon and White (1985) for T / (T − …).
package struct WeightErrors: Sendable {
  /// By presynaptic neuron; NaN where the weight is forbidden.
  package let standardErrors: [Double]
  package let ridgeBiases: [Double]
  /// The correlation of E at successive transitions.
  package let errorCorrelation: Double
  /// Of the sum of the weights from each group of neurons; empty where no groups were given.
  package let sums: [GroupSum]

  /// The sum c'w of the weights from a group, c being 1 on its neurons. By one solve u = H⁻¹ c,
  /// ```
  /// V = Σ_t E_t² (x_t'u)² · T / (T − tr …),   b = τ λ |u| over the weights from neurons
  /// ```
  package struct GroupSum: Sendable {
    package let weight: Double
    package let standardError: Double
    package let ridgeBias: Double
    /// `E_t x_t'u √(T / (T − tr …))` by transition, whose squares add up to V: sums onto several
    /// neurons share their regressors, and these add up before they are squared.
    package let influences: [Double]
  }
}

extension FitProblem<Double> {
  /// What the weights onto a neuron are worth, and their sums from `groups`, which has the group of
  /// each of all neurons by number from 0.
  ///
  /// `weights` are this rank's neurons × regressors by their scale, `neuron` a local index that was
  /// fitted; the loss is the cross entropy, and no weight has a sign to keep.
  ///
  /// - Throws: `FitError.ridgeTooSmall` where rounding leaves no factor.
  /// - Complexity: `4 T M² + 7/3 M³` flops and `2 T M + M²` numbers.
  package func weightErrors(
    of neuron: Int, weights: borrowing Matrix<Double>, _ recipe: FitRecipe, groups: [Int] = []
  ) throws -> WeightErrors {
    let free = freeRegressors(of: neuron, recipe)
    let x = regressors.fitted.matrix.selectedRows(free)
    let residuals = residuals(of: neuron, weights: weights, recipe)
    let ridge = transitions.ridge(lambda: recipe.configuration.lambda)
    let steep = x.scaled(columns: residuals.curvatures.map { $0.squareRoot() })
    var hessian = product(steep, steep, transposingB: true)
    for j in 0..<hessian.rows { hessian[j, j] += ridge }
    let inverse = try inverted(hessian, ridge: ridge)
    let k = product(inverse, x)
    let weighted = k.scaled(columns: residuals.errors)
    var variances = free.indices.map { weighted.dot($0, weighted, $0) }
    let curved = k.scaled(columns: residuals.curvatures)
    let parameters = free.indices.reduce(0.0) { $0 + curved.dot($1, x, $1) }
    let count = Double(residuals.count)
    let correction = count / (count - parameters)
    for j in variances.indices { variances[j] *= correction }
    let recurrent = free.indices.filter { free[$0] < regressors.neurons }
    let pull = RidgePull(
      inverse, ridge: ridge, recurrent, variances,
      squares: recurrent.map { weights[neuron, free[$0]] * weights[neuron, free[$0]] })
    let biases = pull.biases
    let sums = (0..<((groups.max() ?? -1) + 1)).map { group in
      let members = recurrent.filter { groups[free[$0]] == group }
      var influences = Matrix<Double>(rows: 1, columns: weighted.columns)
      for j in members { influences.add(correction.squareRoot(), weighted, j, toRow: 0) }
      let series = influences.row(0)
      return WeightErrors.GroupSum(
        weight: members.reduce(0) { $0 + weights[neuron, free[$1]] },
        standardError: influences.dot(0, influences, 0).squareRoot(),
        ridgeBias: pull.bias(ofSum: members, inverse),
        influences: series.indices.map { series[$0] })
    }
    var standardErrors = [Double](repeating: .nan, count: regressors.neurons)
    var ridgeBiases = standardErrors
    for (place, j) in recurrent.enumerated() {
      standardErrors[free[j]] = variances[j].squareRoot()
      ridgeBiases[free[j]] = biases[place]
    }
    return WeightErrors(
      standardErrors: standardErrors, ridgeBiases: ridgeBiases,
      errorCorrelation: residuals.correlation(at: transitions.frames), sums: sums)
  }

  /// The regressors from which a neuron may have weights: not its own, none that is forbidden, and none
  /// that is zero throughout, as those of neurons that were left out.
  func freeRegressors(of neuron: Int, _ recipe: FitRecipe) -> [Int] {
    let own = recipe.configuration.selfConnections ? nil : regressors.index(ofLocal: neuron)
    let forbidden = recipe.constraints.mask?[neuron]
    return (0..<regressors.count).filter { j in
      j != own && (j >= regressors.neurons || forbidden?.contains(j) != true)
        && !regressors.isSilent(j)
    }
  }

  /// Targets less outputs, and φ″, of a neuron.
  private func residuals(
    of neuron: Int, weights: borrowing Matrix<Double>, _ recipe: FitRecipe
  ) -> FitResiduals {
    let currents = product(weights.copy(rows: neuron..<neuron + 1), regressors.fitted.matrix)
    let rule = recipe.configuration.targets(alpha: recipe.leaks[neuron])
    var residuals = FitResiduals(count: 0, errors: [], curvatures: [])
    for (k, t) in transitions.frames.enumerated() {
      let (now, next) = (recording.rates[neuron, t], recording.rates[neuron, t + 1])
      var target = rule.target(from: now, to: next)
      if rule.range == .clamped { target = max(-1, min(1, target)) }
      let output = tanh(currents[0, k])
      residuals.count += target.isNaN ? 0 : 1
      residuals.errors.append(target.isNaN ? 0 : target - output)
      residuals.curvatures.append(target.isNaN ? 0 : 1 - output * output)
    }
    return residuals
  }
}

/// b of the recurrent weights, which are at some places of the inverse.
private struct RidgePull {
  private let ridge: Double
  private let recurrent: [Int]
  /// τ².
  private let size: Double
  /// Of each recurrent weight.
  let biases: [Double]

  init(
    _ inverse: borrowing Matrix<Double>, ridge: Double, _ recurrent: [Int], _ variances: [Double],
    squares: [Double]
  ) {
    let count = Double(max(1, recurrent.count))
    var kept = 0.0
    var taken: [Double] = []
    for i in recurrent {
      var sum = 0.0
      for j in recurrent {
        let b = ridge * inverse[i, j]
        sum += b * b
        kept += ((i == j ? 1 : 0) - b) * ((i == j ? 1 : 0) - b)
      }
      taken.append(sum)
    }
    let noise = recurrent.reduce(0) { $0 + variances[$1] } / count
    let size = max(squares.reduce(0, +) / count - noise, 0) / (kept / count)
    self.ridge = ridge
    self.recurrent = recurrent
    self.size = size
    biases = taken.map { (size * $0).squareRoot() }
  }

  /// `τ λ |H⁻¹ c|` over the recurrent weights.
  func bias(ofSum members: [Int], _ inverse: borrowing Matrix<Double>) -> Double {
    var square = 0.0
    for j in recurrent {
      let b = ridge * members.reduce(0) { $0 + inverse[$1, j] }
      square += b * b
    }
    return (size * square).squareRoot()
  }
}

/// What a neuron's fit leaves of its targets, by transition; zero where a target is missing.
private struct FitResiduals {
  /// Targets that are there.
  var count: Int
  var errors: [Double]
  var curvatures: [Double]

  /// `Σ E[t] E[t+1] / Σ E[t]²`, over transitions that follow each other.
  func correlation(at frames: [Int]) -> Double {
    var sum = 0.0
    for k in frames.indices.dropLast() where frames[k + 1] == frames[k] + 1 {
      sum += errors[k] * errors[k + 1]
    }
    return sum / errors.reduce(0) { $0 + $1 * $1 }
  }
}

extension Matrix<Double> {
  /// The columns times factors.
  fileprivate func scaled(columns factors: [Double]) -> Matrix {
    var result = copy()
    for i in 0..<rows { result.scale(row: i, by: factors) }
    return result
  }
}

internal import LinearAlgebra
internal import Statistics

/// Where a neuron's weights stand among those of its null targets.
///
/// Of each weight, as recorded (number 0) and of n nulls, `z_k = |w_k − w̄| / s` with mean and
/// deviation over all n + 1, so that under the null hypothesis all n + 1 are alike. Its p value is
/// the rank of z₀,
/// ```
/// p = (1 + #{k ≥ 1: z_k ≥ z₀}) / (n + 1),
/// ```
/// and its pooled p value the rank among the nulls of all the neuron's weights, which is finer: n
/// nulls of m weights tell 1 in n m from chance, if the z of all of them are distributed alike.
///
/// Reference: Davison and Hinkley (1997), Bootstrap Methods, 4.3, for p; Tusher, Tibshirani and Chu
/// (2001) for pooling standardised nulls.
struct NullRanks: Sendable {
  /// By presynaptic neuron; NaN where there is no weight.
  let p: [Float]
  let pooled: [Float]

  /// `weights` has a row for the recorded targets, then one a null; `edges` are the columns in which
  /// there is a weight.
  ///
  /// - Complexity: O(n m log m).
  init(_ weights: borrowing Matrix<Double>, edges: [Int]) {
    let nulls = weights.rows - 1
    var p = [Float](repeating: .nan, count: weights.columns)
    var pooled = p
    var standards: [Standard] = []
    for j in edges {
      // A regressor that is always zero has no weight, whatever the targets.
      guard let standard = Standard(of: weights, edge: j) else { continue }
      let own = standard.z(weights, 0)
      let above = (1..<(nulls + 1)).count { standard.z(weights, $0) >= own }
      p[j] = Float(Double(1 + above) / Double(nulls + 1))
      standards.append(standard)
    }
    let own = standards.map { $0.z(weights, 0) }
    let ordered = own.sorted()
    // Nulls by how many of the recorded weights they reach.
    var reaching = [Int](repeating: 0, count: ordered.count + 1)
    for standard in standards {
      for k in 1..<(nulls + 1) {
        let z = standard.z(weights, k)
        reaching[ordered.partitioningIndex { $0 > z }] += 1
      }
    }
    for place in reaching.indices.dropLast().reversed() { reaching[place] += reaching[place + 1] }
    let all = nulls * standards.count
    for (standard, z) in zip(standards, own) {
      let above = reaching[ordered.partitioningIndex { $0 >= z } + 1]
      pooled[standard.edge] = Float(Double(1 + above) / Double(1 + all))
    }
    self.p = p
    self.pooled = pooled
  }
}

/// How the weights of one edge are standardised.
private struct Standard {
  let edge: Int
  private let mean: Double
  private let deviation: Double

  /// nil if all its weights are the same.
  init?(of weights: borrowing Matrix<Double>, edge: Int) {
    let count = Double(weights.rows)
    var mean = 0.0
    for k in 0..<weights.rows { mean += weights[k, edge] }
    mean /= count
    var squares = 0.0
    for k in 0..<weights.rows { squares += (weights[k, edge] - mean) * (weights[k, edge] - mean) }
    guard squares > 0 else { return nil }
    self.edge = edge
    self.mean = mean
    deviation = (squares / count).squareRoot()
  }

  func z(_ weights: borrowing Matrix<Double>, _ k: Int) -> Double {
    abs(weights[k, edge] - mean) / deviation
  }
}

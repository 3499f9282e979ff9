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
  /// - Complexity: O(n m log n m).
  init(_ weights: borrowing Matrix<Double>, edges: [Int]) {
    let nulls = weights.rows - 1
    var p = [Float](repeating: .nan, count: weights.columns)
    var pooled = p
    var recorded: [(edge: Int, z: Double)] = []
    var all: [Double] = []
    all.reserveCapacity(nulls * edges.count)
    for j in edges {
      var mean = 0.0
      for k in 0...nulls { mean += weights[k, j] }
      mean /= Double(nulls + 1)
      var squares = 0.0
      for k in 0...nulls { squares += (weights[k, j] - mean) * (weights[k, j] - mean) }
      // A regressor that is always zero has no weight, whatever the targets.
      guard squares > 0 else { continue }
      let deviation = (squares / Double(nulls + 1)).squareRoot()
      let own = abs(weights[0, j] - mean) / deviation
      var above = 0
      for k in 1..<(nulls + 1) {
        let z = abs(weights[k, j] - mean) / deviation
        all.append(z)
        if z >= own { above += 1 }
      }
      p[j] = Float(Double(1 + above) / Double(nulls + 1))
      recorded.append((j, own))
    }
    all.sort()
    for (j, z) in recorded {
      pooled[j] = Float(
        Double(1 + all.count - all.partitioningIndex { $0 >= z }) / Double(1 + all.count))
    }
    self.p = p
    self.pooled = pooled
  }
}

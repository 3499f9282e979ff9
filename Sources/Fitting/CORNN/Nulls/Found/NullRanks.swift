internal import LinearAlgebra

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
  /// - Complexity: O(n m + m log m), if the z of the recorded weights are spread about evenly.
  init(_ weights: borrowing Matrix<Double>, edges: [Int]) {
    let nulls = weights.rows - 1
    var p = [Float](repeating: .nan, count: weights.columns)
    var pooled = p
    let byEdge = weights.view.transposed.copy()
    // A regressor that is always zero has no weight, whatever the targets.
    let known = edges.compactMap { edge in
      standards(byEdge.row(edge)).map { (edge: edge, z: $0) }
    }
    for (edge, z) in known {
      let above = z.dropFirst().count { $0 >= z[0] }
      p[edge] = Float(Double(1 + above) / Double(nulls + 1))
    }
    let recorded = OrderedNumbers(known.map { $0.z[0] })
    // Nulls by how many of the recorded weights they reach.
    var reaching = [Int](repeating: 0, count: recorded.count + 1)
    for (_, z) in known {
      for k in 1..<(nulls + 1) { reaching[recorded.count(upTo: z[k])] += 1 }
    }
    for place in reaching.indices.dropLast().reversed() { reaching[place] += reaching[place + 1] }
    let all = nulls * known.count
    for (edge, z) in known {
      let above = reaching[recorded.count(below: z[0]) + 1]
      pooled[edge] = Float(Double(1 + above) / Double(1 + all))
    }
    self.p = p
    self.pooled = pooled
  }
}

/// `|w − w̄| / s` of the weights of an edge; nil if all of them are the same.
private func standards(_ weights: Span<Double>) -> [Double]? {
  let count = Double(weights.count)
  var mean = 0.0
  for k in weights.indices { mean += weights[k] }
  mean /= count
  var squares = 0.0
  for k in weights.indices { squares += (weights[k] - mean) * (weights[k] - mean) }
  guard squares > 0 else { return nil }
  let deviation = (squares / count).squareRoot()
  return weights.indices.map { abs(weights[$0] - mean) / deviation }
}

/// Numbers from 0 on in order, and how many of them are below another.
///
/// Each is looked for from the first of its bucket on, of which there are a few for every number.
private struct OrderedNumbers {
  private let ordered: [Double]
  /// Numbers before each bucket.
  private let before: [Int]
  private let bucketsByNumber: Double

  private static var bucketsANumber: Int { 4 }

  init(_ numbers: [Double]) {
    ordered = numbers.sorted()
    let count = Self.bucketsANumber * max(1, numbers.count)
    let most = ordered.last ?? 0
    bucketsByNumber = most > 0 ? Double(count - 1) / most : 0
    var before = [Int](repeating: 0, count: count + 1)
    for number in ordered { before[Int(number * bucketsByNumber) + 1] += 1 }
    for bucket in before.indices.dropFirst() { before[bucket] += before[bucket - 1] }
    self.before = before
  }

  var count: Int { ordered.count }

  /// How many are below a number.
  func count(below number: Double) -> Int {
    var place = place(ofBucketOf: number)
    while place < ordered.count, ordered[place] < number { place += 1 }
    return place
  }

  /// How many are at most a number.
  func count(upTo number: Double) -> Int {
    var place = place(ofBucketOf: number)
    while place < ordered.count, ordered[place] <= number { place += 1 }
    return place
  }

  /// No number before this place is as large: buckets rise with what is in them.
  private func place(ofBucketOf number: Double) -> Int {
    before[Int(min(number * bucketsByNumber, Double(before.count - 2)))]
  }
}

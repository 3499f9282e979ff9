internal import Collectives
internal import LinearAlgebra

/// Directions in which a network may move: of its weights, and of the logarithms of its leaks.
struct RefinementDirections: ~Copyable {
  /// This rank's share: (K by local) × regressors.
  private(set) var weights: Matrix<Double>
  /// K × local.
  private(set) var leaks: Matrix<Double>

  var count: Int { leaks.rows }
  private var local: Int { leaks.columns }

  init(_ count: Int, local: Int, regressors: Int) {
    weights = Matrix(rows: count * local, columns: regressors)
    leaks = Matrix(rows: count, columns: local)
  }

  /// The damping of the states' covariance, by its mean eigenvalue, under which slopes become
  /// directions: from nearly Newton's for the states alone to nearly the slopes themselves.
  private static var dampings: [Double] { [1e-3, 1e-1, 10] }
  /// Stretches of frames with slopes of their own.
  static var stretches: Int { 4 }

  /// Directions from the slopes of stretches, each by several dampings; the slopes of leaks, and the
  /// step that was taken last.
  ///
  /// - Complexity: `4 M²` flops a neuron and direction, and an eigenvalue problem of order M, the
  ///   number of regressors.
  init(
    _ slopes: borrowing StretchSlopes, bounds: borrowing WeightBounds,
    at network: borrowing RefinedNetwork, after last: borrowing RefinedNetwork, movesLeaks: Bool
  ) {
    let (n, m) = (network.weights.rows, network.weights.columns)
    let stretches = Self.stretches
    let damped = stretches * Self.dampings.count
    let eigen = SymmetricEigen(slopes.states.copy())
    let mean = max(eigen.values.reduce(0, +) / Double(m), .leastNormalMagnitude)
    self.init(damped + (movesLeaks ? stretches : 0) + 1, local: n, regressors: m)
    for stretch in 0..<stretches {
      var own = slopes.weights.copy(rows: stretch * n..<(stretch + 1) * n)
      bounds.restrict(&own)
      bounds.stopOutward(&own, at: network.weights)
      let turned = product(own, eigen.vectors, transposingB: true)
      for (place, damping) in Self.dampings.enumerated() {
        var scaled = turned.copy()
        for i in 0..<n {
          var row = scaled.mutableRow(i)
          for q in 0..<m { row[q] /= max(0, eigen.values[q]) + damping * mean }
        }
        var direction = product(scaled, eigen.vectors)
        bounds.restrict(&direction)
        for i in 0..<n {
          weights.copyRow((stretch * Self.dampings.count + place) * n + i, from: direction, i)
        }
      }
      if movesLeaks { leaks.copyRow(damped + stretch, from: slopes.leaks, stretch) }
    }
    set(count - 1, last)
  }

  /// Takes a direction, of weights and of ln α.
  mutating func set(_ k: Int, _ direction: borrowing RefinedNetwork) {
    for i in 0..<local {
      weights.copyRow(k * local + i, from: direction.weights, i)
      leaks[k, i] = direction.leaks[i]
    }
  }

  /// Brings each direction to length 1; one that is 0 stays so.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func normalise(group: borrowing some RankGroup & ~Copyable) throws {
    var squares = (0..<count).map { square($0, $0) }
    try group.sum(&squares)
    for (k, square) in squares.enumerated() where square > 0 {
      let scale = 1 / square.squareRoot()
      for i in 0..<local { weights.scaleRow(k * local + i, by: scale) }
      leaks.scaleRow(k, by: scale)
    }
  }

  /// The inner products of the directions, K × K.
  ///
  /// - Collective: every rank of `group` must call it.
  func products(group: borrowing some RankGroup & ~Copyable) throws -> Matrix<Double> {
    var result = Matrix<Double>(rows: count, columns: count)
    for k in 0..<count {
      for l in 0...k {
        result[k, l] = square(k, l)
        result[l, k] = result[k, l]
      }
    }
    try group.sum(&result)
    return result
  }

  private func square(_ k: Int, _ l: Int) -> Double {
    (0..<local).reduce(leaks.dot(k, leaks, l)) {
      $0 + weights.dot(k * local + $1, weights, l * local + $1)
    }
  }

  /// The inner products with a displacement, of weights and of ln α.
  ///
  /// - Collective: every rank of `group` must call it.
  func projections(
    of displacement: borrowing RefinedNetwork, group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    let logarithms = Matrix([displacement.leaks])
    var result = (0..<count).map { k in
      (0..<local).reduce(leaks.dot(k, logarithms, 0)) {
        $0 + weights.dot(k * local + $1, displacement.weights, $1)
      }
    }
    try group.sum(&result)
    return result
  }

  /// `Σ c_k` times the directions, as weights and ln α.
  func combined(_ coefficients: [Double]) -> RefinedNetwork {
    var sum = RefinedNetwork(
      weights: Matrix(rows: local, columns: weights.columns),
      leaks: [Double](repeating: 0, count: local))
    for (k, factor) in coefficients.enumerated() {
      for i in 0..<local {
        sum.weights.add(factor, weights, k * local + i, toRow: i)
        sum.leaks[i] += factor * leaks[k, i]
      }
    }
    return sum
  }
}

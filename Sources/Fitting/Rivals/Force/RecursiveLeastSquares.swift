internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// Recursive least squares for this rank's rows of W, with one inverse for all neurons.
///
/// With x the regressors of a sample and e the errors there,
/// ```
/// k = P x,   c = 1 / (1 + x·k),   w ← w − c e k,   P ← P − c k kᵀ
/// ```
/// from `P = I / strength`: after samples X, `P = (X Xᵀ + strength I)⁻¹`. The inverse without the
/// row and the column of neuron i is `P − p pᵀ / P_ii` with p the row i of P, so a neuron that must
/// not excite itself takes
/// ```
/// k_i = k − p k[i] / P_ii,   c_i = 1 / (1 + x·k − k[i]² / P_ii)
/// ```
/// which is exact. A rank has the rows of P of its neurons, and those of inputs and bias, which
/// every rank has.
///
/// - Complexity: `(4 M + 6) M` flops a sample over all ranks for P, `6 M` a neuron for W; one
///   gather of as many numbers as there are neurons.
/// Reference: Haykin (2002), Adaptive filter theory; for networks Sussillo, Abbott (2009).
struct RecursiveLeastSquares: ~Copyable {
  /// This rank's neurons × regressors.
  private(set) var weights: Matrix<Double>
  /// P, the rows of this rank's neurons, then of inputs and bias.
  private var inverse: Matrix<Double>
  private let layout: Layout
  private let strength: Double

  /// Which rows a rank has.
  struct Layout: Sendable {
    /// This rank's neurons, among all.
    let local: Range<Int>
    /// All neurons; inputs and bias follow them.
    let neurons: Int
    let regressors: Int
    /// Neurons of each rank.
    let counts: [Int]
    /// Whether the weight of a neuron onto itself stays zero.
    let excludesSelf: Bool
    /// This rank's neurons that learn, by local index; the weights of the others stay.
    let learning: [Int]

    /// This rank's rows of the identity, scaled.
    fileprivate func scaledIdentity(_ scale: Double) -> Matrix<Double> {
      let rows = [local, neurons..<regressors].joined()
      var result = Matrix<Double>(rows: rows.count, columns: regressors)
      for (i, j) in rows.enumerated() { result[i, j] = scale }
      return result
    }
  }

  /// Starts from given weights; `strength` > 0 is what is added to the diagonal of `X Xᵀ`.
  init(weights: consuming Matrix<Double>, strength: Double, layout: Layout) {
    precondition(strength > 0, "strength \(strength)")
    precondition(
      weights.rows == layout.local.count && weights.columns == layout.regressors,
      "weights are \(weights.rows)×\(weights.columns)")
    self.weights = weights
    self.layout = layout
    self.strength = strength
    inverse = layout.scaledIdentity(1 / strength)
  }

  /// `W x` of this rank's neurons.
  func currents(of x: [Double]) -> [Double] {
    (0..<weights.rows).map { dot(weights.row($0), x.span) }
  }

  /// Learns from one sample; `errors` has one number for each of this rank's neurons.
  ///
  /// Where rounding has left a P that is not positive, nothing is learnt and P begins anew.
  ///
  /// - Collective: every rank of `group` must call it, with the same x.
  mutating func learn(
    _ errors: [Double], at x: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws {
    let own = (0..<inverse.rows).map { dot(inverse.row($0), x.span) }
    var gain = [Double](repeating: 0, count: layout.neurons)
    var gathered = gain.mutableSpan
    let part = Array(own.prefix(layout.local.count))
    try group.gather(part.span, into: &gathered, counts: layout.counts)
    gain += own.dropFirst(layout.local.count)
    let spread = dot(gain.span, x.span)
    // False for NaN too.
    guard spread >= 0, spread.isFinite else {
      inverse = layout.scaledIdentity(1 / strength)
      return
    }
    for i in layout.learning { learn(errors[i], neuron: i, gain: gain, spread: spread) }
    let c = 1 / (1 + spread)
    for i in 0..<inverse.rows {
      var row = inverse.mutableRow(i)
      add(-c * own[i], gain.span, to: &row)
    }
  }

  private mutating func learn(_ error: Double, neuron i: Int, gain: [Double], spread: Double) {
    let own = layout.local.lowerBound + i
    guard layout.excludesSelf else {
      addGain(-error / (1 + spread), gain, toWeights: i)
      return
    }
    let share = gain[own] / inverse[i, own]
    let step = error / (1 + spread - gain[own] * share)
    addGain(-step, gain, toWeights: i)
    weights.add(step * share, inverse, i, toRow: i)
    weights[i, own] = 0
  }

  private mutating func addGain(_ factor: Double, _ gain: [Double], toWeights i: Int) {
    var row = weights.mutableRow(i)
    add(factor, gain.span, to: &row)
  }
}

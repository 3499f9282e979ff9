private import Glibc
internal import CORNN
internal import Collectives
internal import LinearAlgebra

/// Adam's steps down the error of free runs, pulled towards the network they started from.
///
/// ```
/// L + κ/2 (‖W − W₀‖² + ‖ln α − ln α₀‖²)
/// ```
/// Leaks move on a logarithmic scale and stay at most 1.
struct RefinementDescent: ~Copyable, RefinementSteps {
  private let refinement: Refinement
  private let bounds: WeightBounds
  private let start: RefinedNetwork
  private var loss: FreeRunLoss
  private var weightSteps: AdamSteps
  private var leakSteps: AdamSteps
  /// Where it is.
  private(set) var network: RefinedNetwork

  /// Begins at a network, whose weights outside the bounds are set right.
  init(
    _ refinement: Refinement, of loss: consuming FreeRunLoss, bounds: consuming WeightBounds,
    from start: consuming RefinedNetwork
  ) {
    bounds.project(&start.weights)
    self.refinement = refinement
    self.bounds = bounds
    self.loss = loss
    let (rows, columns) = (start.weights.rows, start.weights.columns)
    let rate = refinement.learningRate
    weightSteps = AdamSteps(rows: rows, columns: columns, learningRate: rate)
    leakSteps = AdamSteps(rows: rows, columns: 1, learningRate: rate)
    network = start.copy()
    self.start = start
  }

  /// One step.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func step(group: borrowing some RankGroup & ~Copyable) throws {
    var gradient = try loss.gradient(of: network, group: group)
    for i in 0..<network.weights.rows {
      gradient.weights.add(refinement.pull, network.weights, i, toRow: i)
      gradient.weights.add(-refinement.pull, start.weights, i, toRow: i)
    }
    bounds.restrict(&gradient.weights)
    weightSteps.step(&network.weights, gradient.weights)
    bounds.project(&network.weights)
    guard !refinement.keepsLeaks else { return }
    var logarithms = Matrix(network.leaks.map { [log($0)] })
    var slopes = Matrix<Double>(rows: logarithms.rows, columns: 1)
    for i in 0..<slopes.rows {
      slopes[i, 0] =
        network.leaks[i] * gradient.leaks[i]
        + refinement.pull * (logarithms[i, 0] - log(start.leaks[i]))
    }
    leakSteps.step(&logarithms, slopes)
    for i in 0..<slopes.rows { network.leaks[i] = min(1, exp(logarithms[i, 0])) }
  }
}

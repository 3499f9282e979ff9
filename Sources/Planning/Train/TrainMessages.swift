internal import SOFO
internal import Training

/// What the ranks of a training send each other in one iteration: a prediction.
///
/// With K tangents, P parameters and D T outputs of a trial on a grid of pK × pB = p ranks:
/// ranks with the same trials deal their tangents' outputs, K B D T numbers, to each other; all
/// sum up `K² + K + 1` float64 numbers, as often again for directions that count as orthonormal,
/// and the covariances of the inputs of every matrix for whitened ones;
/// each step that is tried is summed over its tangents and gathered over the batch, P float64
/// numbers, once for every damping, as its K coefficients are. Without directions it is the
/// gradient, P numbers.
package struct TrainMessages: Sendable {
  /// Of all ranks together, bytes: from each rank to each other, and in sums and gathers.
  let dealt: Double
  let collected: Double
  /// How often ranks wait for each other.
  package let rounds: Double

  /// Losses and agreements, whatever the method.
  private static var leastRounds: Double { 4 }

  init(_ training: PlannedTraining, on grid: Grid) {
    let p = Double(grid.ranks)
    let parameters = Double(training.parameters)
    guard training.method.usesDirections else {
      dealt = 0
      collected = 2 * (p - 1) * 8 * parameters
      rounds = Self.leastRounds
      return
    }
    let (columns, sides) = (Double(grid.tangents), Double(grid.batch))
    let k = Double(training.tangents)
    let matrices = [
      training.method == .sofo, training.orthonormal || training.method == .firstOrder,
    ].count { $0 }
    let sums = Double(matrices) * k * k + k + 1 + Double(training.covariances)
    let dampings = Double(training.dampings)
    let outputs = Double(training.lossWidth * training.steps)
    dealt =
      k * Double(training.batch) * outputs * (columns - 1) / columns
      * Double(training.bytesPerScalar)
    collected =
      2 * (p - 1) * 8 * sums
      + dampings * 8 * parameters * (2 * (columns - 1) + columns * (sides - 1))
      + 2 * (p - 1) * 8 * dampings * (k + 2)
    rounds =
      Self.leastRounds + 2 * dampings + (columns > 1 ? 2 : 0)
      + (training.covariances > 0 ? 1 : 0)
  }

  /// Bytes that a rank sends, and those that leave a node, or the rank where there is one node.
  package func sent(by job: Job) -> (aRank: Double, aNode: Double) {
    let ranks = Double(job.ranks)
    let aRank = (dealt + collected) / ranks
    guard job.nodes > 1 else { return (aRank, aRank) }
    // In rings only the last rank of a node sends to another; what is dealt stays in the node
    // as far as its ranks share their trials.
    let strangers = 1 - (Double(job.ranksPerNode) - 1) / max(1, ranks - 1)
    return (aRank, dealt / Double(job.nodes) * strangers + collected / ranks)
  }
}

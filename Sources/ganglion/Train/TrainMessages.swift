internal import Foundation
internal import SOFO
internal import Training

/// What the ranks of a training send each other in one iteration: a prediction.
///
/// With K tangents, P parameters and D T outputs of a trial on a grid of pK × pB = p ranks:
/// ranks with the same trials deal their tangents' outputs, K B D T numbers, to each other; all
/// sum up `K² + K + 1` float64 numbers, as often again for directions that count as orthonormal,
/// and the covariances of the inputs of every matrix for whitened ones;
/// each step that is tried is summed over its tangents and gathered over the batch, P float64
/// numbers, once for every damping. Without directions it is the gradient, P numbers.
struct TrainMessages {
  /// Of all ranks together, bytes: from each rank to each other, and in sums and gathers.
  private var dealt = 0.0
  private var collected = 0.0
  /// How often ranks wait for each other.
  private(set) var rounds = 4.0

  /// `outputs` are D T, `covariances` the numbers of all of them.
  init(
    grid: Grid, settings: Trainer.Settings, isSketched: Bool, parameters: Double, outputs: Double,
    covariances: Double, scalar: Double
  ) {
    let p = Double(grid.ranks)
    guard isSketched else {
      collected = 2 * (p - 1) * 8 * parameters
      return
    }
    let (columns, sides) = (Double(grid.tangents), Double(grid.batch))
    let k = Double(settings.subspace.tangents)
    let matrices = [
      settings.method == .sofo, settings.subspace.orthonormal || settings.method == .firstOrder,
    ].count { $0 }
    let entries = Double(matrices) * k * k
    let dampings = settings.subspace.rule == .search && settings.method == .sofo ? 3.0 : 1
    dealt = k * Double(settings.batch) * outputs * (columns - 1) / columns * scalar
    collected =
      2 * (p - 1) * 8 * (entries + k + 1 + covariances) + dampings * 8 * parameters
      * (2 * (columns - 1) + columns * (sides - 1)) + (p - 1) * 8 * dampings * (k + 2)
    rounds += 2 * dampings + (columns > 1 ? 2 : 0) + (covariances > 0 ? 1 : 0)
  }

  /// Bytes that a rank sends, and those that leave a node, or the rank where there is one node.
  func sent(by job: FitPrediction.Job) -> (aRank: Double, aNode: Double) {
    let ranks = Double(job.ranks)
    let aRank = (dealt + collected) / ranks
    guard job.nodes > 1 else { return (aRank, aRank) }
    // In rings only the last rank of a node sends to another; what is dealt stays in the node
    // as far as its ranks share their trials.
    let strangers = 1 - (Double(job.ranksPerNode) - 1) / max(1, ranks - 1)
    return (aRank, dealt / Double(job.nodes) * strangers + collected / ranks)
  }
}

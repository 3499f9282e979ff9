internal import LinearAlgebra
package import SOFO

/// What a training takes, from its sizes alone: memory and work of an iteration on the busiest
/// rank.
///
/// With K tangents and B trials of T steps on a grid of pK × pB: the tangents' products,
/// `4 K B Σ n_in n_out T / p` flops; the sketched Gauss-Newton matrix, `K² B D T / p`; its
/// solution on one rank, about `2 K³`; for whitened directions the batch once more, forwards
/// and into covariances. What is sent: `TrainMessages`.
package struct TrainPlan: Sendable {
  package let training: PlannedTraining
  package let job: Job
  package let grid: Grid
  /// Tangents and trials of the rank.
  package let tangents: Int
  package let trials: Int
  /// Flops of the tangents, of the sketched matrix, of the covariances of whitened directions,
  /// and of the solution.
  package let forward: Double
  package let sketch: Double
  package let inputs: Double
  package let solution: Double
  /// Bytes of the tangent states that are passed over.
  package let touchedBytes: Double
  package let messages: TrainMessages
  /// Bytes that the rank holds.
  package let bytes: Double

  /// Passes over the tangent states beside the products: nonlinearities, copies, sums.
  private static var passes: Double { 12 }
  /// Code, libraries and buffers of a rank before any data: what
  /// Benchmarks/results/sofo/sofo-memory.md has beside the work space, and some for files.
  static var processBytes: Double { 70e6 }

  package init(_ training: PlannedTraining, in job: Job) {
    let grid = training.grid ?? Grid(tangents: 1, batch: job.ranks)
    self.training = training
    self.job = job
    self.grid = grid
    trials = (training.batch + grid.batch - 1) / grid.batch
    tangents = (training.tangents + grid.tangents - 1) / grid.tangents
    let (k, columns) = (Double(training.tangents), Double(grid.tangents))
    let (rows, steps) = (Double(trials), Double(training.steps))
    let scalar = Double(training.bytesPerScalar)
    let state = Double(training.stateWidth)
    let parameters = Double(training.parameters)
    forward = 2 * training.flopsAStep * Double(tangents * trials) * steps
    sketch = k * k * rows * Double(training.lossWidth) * steps / columns
    inputs =
      training.isWhitened ? 2 * training.flopsAStep * rows * steps / columns : 0
    solution = 2 * k * k * k
    touchedBytes = Self.passes * Double(tangents * trials) * state * steps * scalar
    messages = TrainMessages(training, on: grid)
    // Tangents of a number lie side by side, as whole vectors.
    let stride = Double(TangentWidth(tangents).stride)
    let numbers =
      stride * parameters + stride * rows * 2 * state + parameters * 3
      + Double(training.covariances)
    bytes = Self.processBytes + numbers * scalar + 2 * k * k * 8
  }

  /// Bytes of a node.
  package var nodeBytes: Double { bytes * Double(job.ranksPerNode) }
}

internal import Collectives
internal import Differentiation
internal import LinearAlgebra
package import SOFO
internal import Training

/// What a training takes, from its sizes alone: memory and work of an iteration on the busiest
/// rank.
///
/// With K tangents and B trials of T steps on a grid of pK × pB: the tangents as `TangentWork`
/// counts them; the sketched Gauss-Newton matrix, `K² B D T / p`; its solutions on one rank,
/// `2 K³` and a third of it for each damping; the batch forwards for every step that is tried, and
/// for whitened directions once more and into covariances. A gradient takes the batch three times,
/// and where it comes from a tape the values of all steps are held, else those of a few.
/// What is sent: `TrainMessages`.
package struct TrainPlan: Sendable {
  package let training: PlannedTraining
  package let job: Job
  package let grid: Grid
  /// Tangents and trials of the rank.
  package let tangents: Int
  package let trials: Int
  /// Flops of tangents with parameters, of inputs with dense directions, of the sketched matrix, of
  /// the covariances of whitened directions, and of the solution.
  package let tangentProducts: Double
  package let directionProducts: Double
  package let sketch: Double
  package let inputs: Double
  package let solution: Double
  /// Bytes of tangents that are passed over beside the products.
  package let touchedBytes: Double
  /// How often the rank's trials go through the network as values.
  package let passes: Double
  package let messages: TrainMessages
  /// Bytes that the rank holds.
  package let bytes: Double

  /// What a gradient takes, forwards and back.
  private static var passesOfGradient: Double { 3 }
  /// Parameters, their gradient as it is summed and as it is clipped, and two moments.
  private static var copiesOfGradient: Double { 5 }
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
    let work = training.directions.map {
      let own = Partition(of: $0.count, among: grid.tangents).range(of: 0)
      return TangentWork(
        $0.program, blocks: $0.blocks(of: own).blocks, atMost: max(1, own.count),
        rounded: training.isRounded,
        lossShare: Double(training.lossSteps) / Double(max(1, training.steps)))
    }
    tangentProducts = (work?.products ?? 0) * rows * steps
    directionProducts = (work?.directions ?? 0) * rows * steps
    sketch =
      work == nil
      ? 0 : k * k * rows * Double(training.lossWidth * training.lossSteps) / columns
    inputs =
      training.isWhitened ? 2 * training.flopsAStep * rows * steps / columns : 0
    // Each damping on one rank, a Cholesky factor; a Gram matrix is factored and divided by first.
    let solved = (Double(training.dampings) / Double(grid.ranks)).rounded(.up)
    let hasGram = training.orthonormal || training.method == .firstOrder
    solution = work == nil ? 0 : (solved + (hasGram ? 7 : 0)) / 3 * k * k * k
    touchedBytes = (work?.passes ?? 0) * rows * steps * scalar
    // Ranks with the same trials try different steps.
    passes =
      work == nil
      ? Self.passesOfGradient * Double(training.tangents)
      : 1 + (Double(training.candidates) / columns).rounded(.up)
        + (training.isWhitened ? 1 / columns : 0)
    messages = TrainMessages(training, on: grid)
    // Tangents of a number lie side by side, as whole vectors.
    let stride = Double(TangentWidth(tangents).stride)
    let carried = work.map { $0.held + stride * rows * 2 * state } ?? 0
    let trial = Double(training.valuesOfTrial + training.steps * training.dataAStep)
    let numbers = carried + rows * trial + 2 * parameters + Double(training.covariances)
    // Parameters, what they were and would be after each step, or their moments.
    let copies = work == nil ? Self.copiesOfGradient : 3 + Double(training.dampings)
    bytes = Self.processBytes + numbers * scalar + 8 * (2 * k * k + copies * parameters)
  }

  /// Multiplications and additions of matrix products in one iteration.
  package var flops: Double {
    tangentProducts + directionProducts + sketch + inputs + solution
      + passes * training.flopsAStep * Double(trials * training.steps)
  }

  /// Bytes of a node.
  package var nodeBytes: Double { bytes * Double(job.ranksPerNode) }
}

package import Collectives
package import Differentiation
package import LinearAlgebra
package import Runtime

/// Second-order forward-mode optimisation, sharded over ranks.
///
/// Each iteration samples K random directions V in parameter space, runs the network
/// forwards with all its tangents, sums V′g and V′GV exactly (G: Gauss-Newton matrix of
/// the loss), and steps `θ ← θ − η V (V′GV + λ s_max M)⁻¹ V′g`. Steps that are not finite
/// or raise the loss of the batch are shortened or refused, always.
///
/// Memory does not depend on the number of steps. No direction is ever sent: it is a
/// function of (seed, direction, iteration).
///
/// - Complexity: an iteration takes about 4·K·B·n²·T flops for a vanilla network of n
///   units, divided by the ranks.
/// Reference: Yu, Xia, Ma, Lengyel, Hennequin (NeurIPS 2024). Differences: the loss and G
/// are scaled exactly, fixed parameters are not sampled, the solve is a Cholesky one.
package struct SubspaceOptimizer<S: Scalar, Group: RankGroup & ~Copyable>: ~Copyable {
  package let program: Program
  package let configuration: SOFOConfiguration
  package let ranks: RankGrid<Group>
  /// The damping rule and its memory.
  package var control: DampingControl
  /// The step before, and how to tell that it led astray.
  package var retreat = Retreat()

  let plan: DirectionPlan
  let partition: Partition
  /// The direction of every row of the sketch.
  let order: [Int]
  var machine: TangentMachine<S>
  var directions: Directions<S>
  var whitening: InputWhitening<S>
  var sketch: Sketch<S>
  var rollout: CandidateRollout<S>
  /// Portions that the trials are tried in, the same number on every rank.
  let portions: Int
  /// Loss, V′g and V′GV of the whole batch, in the iteration under way.
  var sums: [Double] = []

  /// What an iteration did, the same on every rank.
  package struct Report: Sendable {
    /// The batch's loss before the step, and after it (nil if it was not evaluated).
    package var loss: Double
    package var lossAfter: Double?
    /// Damping and learning rate of the step that was taken; nil if all were refused.
    package var step: DampingControl.Candidate?
  }

  /// Plans the memory of all iterations (collective).
  ///
  /// `batch` counts the trials of the whole batch, `lossSteps` the steps of a trial that
  /// have a weight in the loss.
  ///
  /// - Throws: `SOFOError` for settings that cannot work.
  package init(
    _ program: Program, _ configuration: SOFOConfiguration, ranks: consuming RankGrid<Group>,
    batch: Int, lossSteps: Int
  ) throws {
    try configuration.validate(program, batch: batch, grid: ranks.grid)
    self.program = program
    self.configuration = configuration
    control = DampingControl(
      rule: configuration.method == .gaussNewton ? configuration.rule : .relative,
      damping: configuration.damping, learningRate: configuration.learningRate)
    plan = DirectionPlan(program, kind: configuration.kind, count: configuration.tangents)
    partition = Partition(of: configuration.tangents, among: ranks.grid.tangents)
    var order: [Int] = []
    for rank in 0..<partition.ranks {
      order += plan.blocks(of: partition.range(of: rank)).identifiers
    }
    self.order = order
    let own = partition.range(of: ranks.tangentIndex)
    let (blocks, identifiers) = plan.blocks(of: own)
    ownTrials = ranks.trials(of: batch)
    let rows = ownTrials.count
    machine = TangentMachine(
      program, rows: rows, blocks: blocks,
      tile: .fitting(
        program, trials: rows, tangents: own.count, bytes: configuration.tileBytes, of: S.self),
      rounded: configuration.rounded)
    directions = Directions(program, identifiers: identifiers, seed: configuration.seed)
    ownInputs = Partition(of: rows, among: ranks.grid.tangents).range(of: ranks.tangentIndex)
    whitening = InputWhitening(
      program, ridge: configuration.whitening, rows: ownInputs.count)
    sketch = Sketch(
      counts: partition.counts, rank: ranks.tangentIndex, width: rows * program.lossWidth,
      steps: lossSteps, withMatrix: configuration.method == .gaussNewton)
    // By the rank with most trials, so that all take the same number of portions and rounds.
    let most = (batch + ranks.grid.batch - 1) / ranks.grid.batch
    portions = (most + Self.triedTrials - 1) / Self.triedTrials
    let portion = (most + portions - 1) / portions
    rollout = CandidateRollout(
      program, rows: portion,
      sets: control.rule == .search
        ? max(1, min(control.learningRates.count, Self.triedRows / portion)) : 1)
    self.ranks = ranks
  }

  /// Trials that are tried together: a step whose loss on some has passed the best one's on all need
  /// not be tried on the others.
  private static var triedTrials: Int { 64 }
  /// Rows of values, trials of several steps that are tried together, which fill a cache.
  private static var triedRows: Int { 192 }

  /// The trials of a batch that this rank works on.
  package let ownTrials: Range<Int>
  /// Of these the ones whose inputs this rank measures: ranks that share trials split them.
  private let ownInputs: Range<Int>

  /// Bytes of this rank's arenas.
  package var bytes: Int { machine.arena.bytes + rollout.bytes + whitening.bytes }

  /// One iteration on this rank's trials of the batch (collective).
  ///
  /// Under the rule `relative` a step that led astray is taken back first.
  ///
  /// - Parameters:
  ///   - trials: those of `ranks.trials(of: batch)`.
  ///   - iteration: counts the draws of directions.
  ///   - parameters: replaced by the step's result, the same on every rank.
  ///   - phases: receives the times.
  ///   - pacer: looks between the steps of time whether the run is to stop.
  /// - Returns: loss and step, the same on every rank.
  /// - Throws: `SOFOError.nonFiniteLoss`; `StopPacer.Interrupted`, with parameters and damping
  ///   as they were before; what the communication throws.
  package mutating func iterate(
    _ trials: Trials<S>, iteration: Int, parameters: inout [Double], phases: Phases,
    pacer: StopPacer = StopPacer()
  ) throws -> Report {
    let before = control
    do {
      var start = parameters
      var loss = try sketch(trials, start, iteration: iteration, phases: phases, pacer: pacer)
      if let place = try placeToStepBackTo(trials, after: loss, phases: phases, pacer: pacer) {
        start = place
        control.stepBack()
        loss = try sketch(trials, start, iteration: iteration, phases: phases, pacer: pacer)
      }
      guard loss.isFinite else { throw SOFOError.nonFiniteLoss(iteration: iteration) }
      var end = start
      let report = try step(
        trials, loss: loss, iteration: iteration, &end, phases: phases, pacer: pacer)
      if stepsBack { retreat.note(loss: loss, at: start) }
      parameters = end
      return report
    } catch {
      control = before
      throw error
    }
  }

  /// Draws the directions and sums V′g and V′GV; returns the loss (collective).
  private mutating func sketch(
    _ trials: Trials<S>, _ parameters: [Double], iteration: Int, phases: Phases, pacer: StopPacer
  ) throws -> Double {
    try phases.measure("directions") {
      if configuration.whitening > 0 {
        try whitening.measure(
          trials.some(ownInputs, of: program), parameters: parameters, among: ranks.world,
          pacer: pacer)
      }
      directions.draw(iteration: iteration, shapedBy: whitening, into: &machine)
    }
    return try gatherSketch(trials, parameters: parameters, phases: phases, pacer: pacer)
  }

  /// Solves for the steps and takes one, or none (collective).
  private mutating func step(
    _ trials: Trials<S>, loss: Double, iteration: Int, _ parameters: inout [Double],
    phases: Phases, pacer: StopPacer
  ) throws -> Report {
    let solutions = try phases.measure("solve") { try solve(iteration: iteration) }
    guard !solutions.isEmpty else {
      control.update(taken: nil, ratio: 0)
      return Report(loss: loss)
    }
    let steps = try phases.measure("update") {
      try solutions.map { try combine($0.coefficients) }
    }
    return try phases.measure("candidates") {
      try choose(
        trials, loss: loss, solutions: solutions, steps: steps, &parameters, pacer: pacer)
    }
  }
}

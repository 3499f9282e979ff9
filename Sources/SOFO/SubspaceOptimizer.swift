package import Collectives
package import Differentiation
package import LinearAlgebra

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
  /// The damping rule and its memory, all that an iteration leaves to the next.
  package var control: DampingControl

  let plan: DirectionPlan
  let partition: Partition
  var machine: TangentMachine<S>
  var directions: Directions<S>
  var sketch: Sketch<S>
  var rollout: Rollout<S>

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
    let own = partition.range(of: ranks.tangentIndex)
    let (blocks, identifiers) = plan.blocks(of: own)
    ownTrials = ranks.trials(of: batch)
    let rows = ownTrials.count
    machine = TangentMachine(
      program, rows: rows, blocks: blocks,
      tile: .fitting(
        program, trials: rows, tangents: own.count, bytes: configuration.tileBytes, of: S.self))
    directions = Directions(program, identifiers: identifiers, seed: configuration.seed)
    sketch = Sketch(
      counts: partition.counts, rank: ranks.tangentIndex, width: rows * program.lossWidth,
      steps: lossSteps, withMatrix: configuration.method == .gaussNewton)
    rollout = Rollout(program, rows: rows)
    self.ranks = ranks
  }

  /// The trials of a batch that this rank works on.
  package let ownTrials: Range<Int>

  /// Bytes of this rank's arenas.
  package var bytes: Int { machine.arena.bytes + rollout.arena.bytes }

  /// One iteration on this rank's trials of the batch (collective).
  ///
  /// - Parameters:
  ///   - trials: those of `ranks.trials(of: batch)`.
  ///   - iteration: counts the draws of directions.
  ///   - parameters: replaced by the step's result, the same on every rank.
  ///   - phases: receives the times.
  /// - Returns: loss and step, the same on every rank.
  /// - Throws: `SOFOError.nonFiniteLoss`, or what the communication throws.
  package mutating func iterate(
    _ trials: Trials<S>, iteration: Int, parameters: inout [Double], phases: Phases
  ) throws -> Report {
    phases.measure("directions") { directions.draw(iteration: iteration, into: &machine) }
    let loss = try gatherSketch(trials, parameters: parameters, phases: phases)
    guard loss.isFinite else { throw SOFOError.nonFiniteLoss(iteration: iteration) }
    let solutions = try phases.measure("solve") { try solve(iteration: iteration) }
    guard !solutions.isEmpty else {
      control.update(taken: nil, ratio: 0)
      return Report(loss: loss)
    }
    let steps = try phases.measure("update") {
      try solutions.map { try combine($0.coefficients) }
    }
    return try phases.measure("candidates") {
      try choose(trials, loss: loss, solutions: solutions, steps: steps, &parameters)
    }
  }

  // MARK: - Sketch

  /// Runs values and tangents and sums V′g and V′GV over all ranks; returns the loss.
  private mutating func gatherSketch(
    _ trials: Trials<S>, parameters: [Double], phases: Phases
  ) throws -> Double {
    let loss = try phases.measure("tangents") {
      try runTangents(trials, parameters: parameters)
    }
    sums = try phases.measure("reduce") {
      try sketch.finish(among: ranks.tangentGroup)
      // Ranks that share trials computed the same loss: one of them counts.
      return try sumOverRanks(loss: ranks.tangentIndex == 0 ? loss : 0)
    }
    return sums[0]
  }

  private mutating func runTangents(_ trials: Trials<S>, parameters: [Double]) throws -> Double {
    var loss = 0.0
    sketch.reset()
    machine.load(parameters: parameters)
    machine.start(trials)
    for t in 0..<trials.steps {
      guard let share = machine.step(t, trials) else { continue }
      loss += share
      try sketch.add(stepOf: machine, among: ranks.tangentGroup)
    }
    return loss
  }

  /// Loss, V′g and V′GV of the batch: one all-reduce of K² + K + 1 numbers.
  private func sumOverRanks(loss: Double) throws -> [Double] {
    var packed: [Double] = [loss]
    packed.append(contentsOf: sketch.sums.gradient)
    let entries = sketch.sums.matrix.elements
    for i in 0..<entries.count { packed.append(entries[i]) }
    try ranks.world.sum(&packed)
    return packed
  }

  /// Loss, V′g and V′GV of the whole batch.
  private var sums: [Double] = []

  // MARK: - Solve

  /// A solution of the subproblem: coefficients of the directions for one damping.
  struct Solution {
    var damping: Double
    var decrease: Double
    var coefficients: [Double]
  }

  /// Solves on one rank and tells the others; empty if there is no finite solution.
  private mutating func solve(iteration: Int) throws -> [Solution] {
    let k = configuration.tangents
    let gradient = Array(sums[1..<(k + 1)])
    guard configuration.method != .forwardGradient else {
      let scaled = gradient.enumerated().map { index, value in
        let share = plan.share(of: globalNumber(index))
        return value * Double(share.numbers) / Double(share.directions)
      }
      return [Solution(damping: 0, decrease: 0, coefficients: scaled)]
    }
    let needsGram = configuration.orthonormal || configuration.method == .projectedGradient
    let gram = needsGram ? try gramMatrix(iteration: iteration) : Matrix<Double>.identity(k)
    let dampings = control.dampings
    var packed = [Double](repeating: .nan, count: dampings.count * (k + 2))
    if ranks.world.rank == 0 {
      let problem = Subproblem(
        matrix: configuration.method == .projectedGradient ? gram.copy() : matrix(k),
        gradient: gradient, gram: gram)
      let isProjection = configuration.method == .projectedGradient
      for (i, damping) in dampings.enumerated() {
        guard let solution = problem.solve(damping: isProjection ? 1e-12 : damping) else {
          continue
        }
        let first = i * (k + 2)
        packed[first] = isProjection ? damping : solution.damping
        packed[first + 1] = problem.predictedDecrease(
          solution.coefficients, learningRate: configuration.learningRate)
        for j in 0..<k { packed[first + 2 + j] = solution.coefficients[j] }
      }
    }
    try ranks.world.broadcast(&packed)
    return dampings.indices.compactMap { i in
      let first = i * (k + 2)
      guard packed[first].isFinite else { return nil }
      return Solution(
        damping: packed[first], decrease: packed[first + 1],
        coefficients: Array(packed[(first + 2)..<(first + 2 + k)]))
    }
  }

  private func matrix(_ k: Int) -> Matrix<Double> {
    var result = Matrix<Double>(rows: k, columns: k)
    var entries = result.mutableElements
    for i in 0..<(k * k) { entries[i] = sums[1 + k + i] }
    return result
  }

  /// The global number of the direction in a row of the sketch.
  private func globalNumber(_ row: Int) -> Int {
    let range = partition.range(of: partition.owner(of: row))
    return plan.blocks(of: range).identifiers[row - range.lowerBound]
  }

  // MARK: - Update

  /// `V c` over all parameters: each rank forms its directions' part of its rows, the
  /// tangent ranks add, the batch ranks concatenate.
  private mutating func combine(_ coefficients: [Double]) throws -> [Double] {
    let own = partition.range(of: ranks.tangentIndex)
    let sides = ranks.grid.batch
    func rows(_ parameter: Parameter, _ side: Int) -> Range<Int> {
      Partition(of: parameter.rows, among: sides).range(of: side)
    }
    let counts = (0..<sides).map { side in
      program.parameters.reduce(0) { $0 + rows($1, side).count * $1.columns }
    }
    let side = ranks.batchIndex
    var part = [Double](repeating: 0, count: counts[side])
    var span = part.mutableSpan
    machine.combineDirections(
      coefficients.span.extracting(own), rows: { rows($0, side) }, into: &span)
    try ranks.tangentGroup.sum(&part)
    var whole = part
    if sides > 1 { whole = try ranks.batchGroup.gather(part) }
    var result = [Double](repeating: 0, count: program.parameterCount)
    var place = 0
    for side in 0..<sides {
      for parameter in program.parameters {
        let range = rows(parameter, side)
        let first = parameter.range.lowerBound + range.lowerBound * parameter.columns
        for i in 0..<(range.count * parameter.columns) { result[first + i] = whole[place + i] }
        place += range.count * parameter.columns
      }
    }
    return result
  }

  /// Tries the rule's candidates and takes one, or none.
  private mutating func choose(
    _ trials: Trials<S>, loss: Double, solutions: [Solution], steps: [[Double]],
    _ parameters: inout [Double]
  ) throws -> Report {
    var candidates: [DampingControl.Candidate] = []
    var tried: [[Double]] = []
    for (solution, step) in zip(solutions, steps) {
      for rate in control.learningRates {
        candidates.append(.init(damping: solution.damping, learningRate: rate))
        var moved = zip(parameters, step).map { $0 - rate * $1 }
        program.clip(&moved)
        tried.append(moved)
      }
    }
    let losses =
      control.rule == .search
      ? try evaluate(tried, trials)
      : try evaluateUntilLower(tried, trials, than: loss)
    guard let best = control.choose(candidates, losses: losses, before: loss) else {
      control.update(taken: nil, ratio: 0)
      return Report(loss: loss)
    }
    let ratio = (loss - losses[best]) / solutions[best / control.learningRates.count].decrease
    parameters = tried[best]
    control.update(taken: candidates[best], ratio: ratio)
    return Report(loss: loss, lossAfter: losses[best], step: candidates[best])
  }

  /// The losses of all candidates; ranks that share trials evaluate different ones.
  private mutating func evaluate(
    _ candidates: [[Double]], _ trials: Trials<S>
  ) throws -> [Double] {
    var losses = [Double](repeating: 0, count: candidates.count)
    for i in candidates.indices where i % ranks.grid.tangents == ranks.tangentIndex {
      rollout.load(parameters: candidates[i])
      losses[i] = rollout.run(trials)
    }
    try ranks.world.sum(&losses)
    return losses
  }

  /// Evaluates one candidate after the other until one is lower; NaN for the rest.
  private mutating func evaluateUntilLower(
    _ candidates: [[Double]], _ trials: Trials<S>, than loss: Double
  ) throws -> [Double] {
    var losses = [Double](repeating: .nan, count: candidates.count)
    for i in candidates.indices {
      losses[i] = try evaluate([candidates[i]], trials)[0]
      if losses[i].isFinite && losses[i] < loss { break }
    }
    return losses
  }
}

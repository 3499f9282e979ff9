package import Collectives
package import Differentiation
package import LinearAlgebra
package import Runtime

/// Gauss-Newton steps in the span of a few directions that a tape suggests.
///
/// With an orthonormal basis Q (see ``InformedBasis``), the gradient g of the batch and the
/// Gauss-Newton matrix G of a quarter of it, a step is
/// ```
/// c = (Q′GQ + λ s_max I)⁻¹ Q′g,    θ ← θ − Q c
/// ```
/// and is tried on the same batch: it is taken if the loss falls, and λ follows the ratio of the
/// actual to the predicted decrease (Levenberg, Marquardt). There is no learning rate. Memory grows
/// with the steps, as that of any tape does; ranks share the batch.
///
/// - Complexity: an iteration takes about (4 + K/4) forward passes, K the directions: 4 a tensor,
///   of which each moves one, or 2.
package struct InformedOptimizer<S: Scalar, Group: RankGroup & ~Copyable>: ~Copyable {
  /// One trial of so many goes into the Gauss-Newton matrix.
  private static var thinning: Int { 4 }
  private static var dampingLimits: ClosedRange<Double> { 1e-6...1 }

  private let program: Program
  /// The trials of a batch that this rank works on.
  package let ownTrials: Range<Int>
  /// λ of the next step.
  package private(set) var damping: Double
  private let group: Group
  /// The places of this rank's trials that go into the Gauss-Newton matrix: by their numbers in
  /// the batch, so that they are the same on any number of ranks.
  private let curved: [Int]
  private let curvatureScale: Double
  private var basis: InformedBasis
  private var tape: Tape<S>
  private var machine: TangentMachine<S>
  private var sketch: Sketch<S>
  private var rollout: Rollout<S>

  /// What an iteration did, the same on every rank.
  package struct Report: Sendable {
    /// The batch's loss before the step.
    package var loss: Double
    /// The damping of the step; nil if it was refused.
    package var damping: Double?
  }

  /// Plans the memory of all iterations (collective); `damping` is that of the first step.
  package init(
    _ program: Program, _ source: DirectionSource, damping: Double, group: borrowing Group,
    batch: Int, steps: Int, lossSteps: Int
  ) throws {
    let own = try group.split(color: 0)
    let trials = Partition(of: batch, among: own.size).range(of: own.rank)
    let curved = trials.filter { $0.isMultiple(of: Self.thinning) }.map { $0 - trials.lowerBound }
    curvatureScale = Double(batch) / Double(try own.sum(curved.count))
    self.program = program
    self.curved = curved
    ownTrials = trials
    self.damping = min(max(damping, Self.dampingLimits.lowerBound), Self.dampingLimits.upperBound)
    basis = InformedBasis(program, source)
    tape = Tape(program, rows: trials.count, steps: steps)
    let blocks = Self.blocks(program, source)
    let count = blocks.last?.tangents.upperBound ?? 0
    machine = TangentMachine(
      program, rows: curved.count, blocks: blocks,
      tile: TileShape(trials: max(1, curved.count), tangents: max(1, count)))
    sketch = Sketch(
      counts: [count], rank: 0, width: curved.count * program.lossWidth, steps: lossSteps,
      withMatrix: true)
    rollout = Rollout(program, rows: trials.count)
    self.group = own
  }

  /// Blocks of tangents, piece by piece of the basis.
  private static func blocks(_ program: Program, _ source: DirectionSource) -> [TangentBlock] {
    let free = program.parameters.indices.filter { !program.parameters[$0].isFixed }
      .map { ParameterID(index: $0) }
    let most = InformedBasis.most(source)
    func block(_ place: Int, _ moving: [ParameterID]) -> TangentBlock {
      TangentBlock(
        tangents: (place * most)..<((place + 1) * most),
        forms: Dictionary(uniqueKeysWithValues: moving.map { ($0, TangentBlock.Form.dense) }))
    }
    return source == .pair
      ? [block(0, free)] : free.enumerated().map { block($0.offset, [$0.element]) }
  }

  /// Bytes of this rank's arenas.
  package var bytes: Int { tape.arena.bytes + machine.arena.bytes + rollout.arena.bytes }

  /// What a step leaves to the next: the damping, and what the basis remembers.
  package var memory: [Double] {
    get { [damping] + basis.memory }
    set {
      damping = newValue[0]
      basis.memory = Array(newValue.dropFirst())
    }
  }

  /// One iteration on this rank's trials of the batch (collective).
  ///
  /// - Throws: `StopPacer.Interrupted`, with everything as it was before; what communication
  ///   throws.
  package mutating func iterate(
    _ trials: Trials<S>, parameters: inout [Double], phases: Phases,
    pacer: StopPacer = StopPacer()
  ) throws -> Report {
    let (loss, gradient) = try phases.measure("tape") {
      try differentiate(trials, parameters, pacer)
    }
    guard loss.isFinite, gradient.allSatisfy(\.isFinite) else { return Report(loss: loss) }
    let before = memory
    do {
      let pieces = basis.directions(along: gradient)
      let directions = pieces.flatMap { $0 }
      let entries = try phases.measure("tangents") {
        try curvature(along: pieces, trials, parameters, pacer)
      }
      var matrix = Matrix<Double>(rows: directions.count, columns: directions.count)
      for (place, entry) in entries.enumerated() {
        matrix[place / directions.count, place % directions.count] = entry
      }
      let problem = Subproblem(
        matrix: matrix, gradient: directions.map { dot($0, gradient) },
        gram: .identity(directions.count))
      return try phases.measure("candidates") {
        try take(problem, directions, loss, trials, &parameters, pacer)
      }
    } catch {
      memory = before
      throw error
    }
  }

  /// The batch's loss and gradient.
  private mutating func differentiate(
    _ trials: Trials<S>, _ parameters: [Double], _ pacer: StopPacer
  ) throws -> (loss: Double, gradient: [Double]) {
    var packed = try tape.packedRun(trials, parameters: parameters) {
      try pacer.step(.tape, on: group)
    }
    try group.sum(&packed)
    return (packed[0], Array(packed.dropFirst()))
  }

  /// Q′GQ over some of the trials, row by row, in the order of the pieces' directions.
  private mutating func curvature(
    along pieces: [[[Double]]], _ trials: Trials<S>, _ parameters: [Double], _ pacer: StopPacer
  ) throws -> [Double] {
    let most = machine.tangents / pieces.count
    var places: [Int] = []
    for (i, piece) in pieces.enumerated() {
      places += piece.indices.map { i * most + $0 }
      let zeros = [Double](repeating: 0, count: parameters.count)
      machine.write(piece + [[Double]](repeating: zeros, count: most - piece.count), toBlock: i)
    }
    let some = trials.some(curved, of: program)
    sketch.reset()
    machine.load(parameters: parameters)
    machine.start(some)
    for t in 0..<some.steps {
      if machine.step(t, some) != nil { try sketch.add(stepOf: machine, among: SingleRank()) }
      try pacer.step(.tangents, on: group)
    }
    try sketch.finish(among: SingleRank())
    var result: [Double] = []
    for row in places {
      for column in places { result.append(curvatureScale * sketch.sums.matrix[row, column]) }
    }
    try group.sum(&result)
    return result
  }

  /// Tries the step, takes it if the loss falls, and learns from it.
  private mutating func take(
    _ problem: borrowing Subproblem, _ directions: [[Double]], _ loss: Double,
    _ trials: Trials<S>, _ parameters: inout [Double], _ pacer: StopPacer
  ) throws -> Report {
    let solution = problem.solve(damping: damping)
    // Processors of several kinds round a solution each in its own way.
    var packed = [solution?.damping ?? .nan]
    packed += solution?.coefficients ?? [Double](repeating: .nan, count: directions.count)
    try group.broadcast(&packed)
    let c = Array(packed.dropFirst())
    guard packed.allSatisfy(\.isFinite) else {
      adapt(isTaken: false, ratio: 0)
      return Report(loss: loss)
    }
    var step = [Double](repeating: 0, count: parameters.count)
    for (direction, coefficient) in zip(directions, c) {
      for i in step.indices { step[i] -= coefficient * direction[i] }
    }
    var moved = zip(parameters, step).map { $0 + $1 }
    program.clip(&moved)
    rollout.load(parameters: moved)
    let after = try group.sum(
      rollout.run(trials) { _, _ in try pacer.step(.candidates, on: group) })
    let ratio = (loss - after) / problem.predictedDecrease(c, learningRate: 1)
    let isTaken = after.isFinite && after < loss
    adapt(isTaken: isTaken, ratio: ratio)
    guard isTaken else { return Report(loss: loss) }
    parameters = moved
    basis.note(step: step)
    return Report(loss: loss, damping: packed[0])
  }

  private mutating func adapt(isTaken: Bool, ratio: Double) {
    if !isTaken {
      damping *= 4
    } else if ratio > 0.75 {
      damping /= 2
    } else if ratio < 0.25 {
      damping *= 2
    }
    damping = min(max(damping, Self.dampingLimits.lowerBound), Self.dampingLimits.upperBound)
  }
}

extension TangentMachine {
  /// Writes dense directions, given over all parameters, into a block that has as many.
  @specialized(where S == Float)
  @specialized(where S == Double)
  fileprivate mutating func write(_ directions: [[Double]], toBlock block: Int) {
    let k = blocks[block].tangents.count
    precondition(directions.count == k, "\(directions.count) directions for \(k)")
    for (p, parameter) in program.parameters.enumerated() {
      guard case .dense(let slot)? = self.directions(ofBlock: block, ParameterID(index: p)) else {
        continue
      }
      let n = parameter.columns
      var numbers = arena.mutableElements(slot)
      for r in 0..<parameter.rows {
        for l in 0..<k {
          for j in 0..<n {
            numbers[(r * k + l) * n + j] = S(directions[l][parameter.range.lowerBound + r * n + j])
          }
        }
      }
    }
  }
}

package import LinearAlgebra

/// The interpreter of batched tangents: values and all their directional derivatives,
/// forwards through time together, in memory that does not depend on the number of steps.
///
/// The tangents are cut into tiles (some trials × some directions) that run a whole
/// step each, so that what a step computes on the way stays in cache; per tile the
/// products are single matrix products over [trial, tangent] rows,
/// ```
/// ẏ = ẋ P + x V,   ẋ: (trials·tangents)×n,  V: n×(tangents·m)
/// ```
/// - Complexity: for each step 2·B·K·n·m flops a product and as many again for a dense
///   direction, 2·B·K·(n + m) for a rank-one direction. No allocation after `init`.
package struct TangentMachine<S: Scalar>: ~Copyable {
  package let program: Program
  package let layout: ValueLayout
  package let blocks: [TangentBlock]
  /// Directions of this rank.
  package let tangents: Int
  package var arena: Arena<S>
  /// Rows: tangents; columns: the numbers of the losses' outputs, loss by loss.
  package let residualTangents: Slot
  /// The residuals that belong to the columns of `residualTangents`.
  package let residuals: Slot

  let directions: [[DirectionSlots?]]
  let plans: [TangentPlan]
  let tiles: [Tile]
  let scratch: Slot
  let outerScratch: Slot
  let combination: Slot
  let combinationScratch: Slot
  var parity = 0

  /// A tile: trials × directions, with the tangents of its states at both parities.
  struct Tile {
    let block: Int
    let trials: Range<Int>
    let states: [[Slot?]]
  }

  /// Plans the memory for directions in the given blocks.
  package init(_ program: Program, rows: Int, blocks: [TangentBlock], tile shape: TileShape) {
    let blocks = blocks.flatMap { $0.split(atMost: shape.tangents) }
    self.program = program
    self.blocks = blocks
    tangents = blocks.last?.tangents.upperBound ?? 0
    var plan = ArenaPlan()
    layout = ValueLayout(program, rows: rows, in: &plan)
    residualTangents = plan.reserve(rows: tangents, columns: rows * program.lossWidth)
    residuals = plan.reserve(rows: 1, columns: rows * program.lossWidth)

    var known: [Set<ParameterID>: TangentPlan] = [:]
    let plans = blocks.map { block in
      let moving = Set(block.forms.keys)
      let result = known[moving] ?? TangentPlan(program, moving: moving)
      known[moving] = result
      return result
    }
    self.plans = plans
    directions = blocks.map { $0.reserveDirections(program, in: &plan) }
    let mostRows = (shape.trials * shape.tangents + 15) / 16 * 16
    scratch = plan.reserve(rows: plans.map(\.scratchWidth).max() ?? 0, columns: mostRows)
    outerScratch = plan.reserve(rows: 1, columns: mostRows)
    combination = plan.reserve(rows: 1, columns: program.parameters.map(\.count).max() ?? 0)
    let mostTangents = blocks.map(\.tangents.count).max() ?? 0
    combinationScratch = plan.reserve(
      rows: mostTangents, columns: program.parameters.map(\.columns).max() ?? 0)

    var tiles: [Tile] = []
    for (i, block) in blocks.enumerated() {
      var first = 0
      while first < rows {
        let trials = first..<min(rows, first + shape.trials)
        let states = (0..<2).map { _ in
          program.states.enumerated().map { index, state in
            plans[i].activeStates.contains(index)
              ? plan.reserve(rows: trials.count * block.tangents.count, columns: state.width)
              : nil
          }
        }
        tiles.append(Tile(block: i, trials: trials, states: states))
        first = trials.upperBound
      }
    }
    self.tiles = tiles
    arena = Arena(plan)
  }

  /// Where a block keeps its directions of a tensor; nil if the tensor does not move.
  package func directions(ofBlock block: Int, _ parameter: ParameterID) -> DirectionSlots? {
    directions[block][parameter.index]
  }

  // MARK: - Running

  /// Takes over parameters.
  package mutating func load(parameters: [Double]) { arena.load(parameters: parameters, layout) }

  /// Starts the trials and the tangents.
  package mutating func start(_ trials: Trials<S>) {
    parity = 0
    arena.start(trials, layout)
    for tile in tiles {
      for state in plans[tile.block].statesThatStartAtZero {
        if let slot = tile.states[0][state] { arena.clear(slot) }
      }
      run(plans[tile.block].start, tile)
    }
  }

  /// Runs one step of values and tangents.
  ///
  /// - Returns: these trials' share of the step's loss, or nil if the step has no weight.
  ///   With a loss, `residualTangents` and `residuals` hold its square-root derivatives.
  package mutating func step(_ step: Int, _ trials: Trials<S>) -> Double? {
    arena.step(step, trials, layout)
    let weight = trials.stepWeights[step]
    let loss =
      weight > 0 ? arena.evaluateLosses(weight: weight, batch: trials.batch, layout) : nil
    for tile in tiles {
      run(plans[tile.block].step, tile)
      if loss != nil { writeResidualTangents(tile) }
    }
    if loss != nil { writeResiduals() }
    arena.advance(layout)
    parity = 1 - parity
    return loss
  }

  private mutating func writeResiduals() {
    var column = 0
    for loss in layout.losses {
      let count = loss.residual.count
      arena.copy(
        loss.residual, to: Slot(offset: residuals.offset + column, rows: 1, columns: count))
      column += count
    }
  }

  private mutating func writeResidualTangents(_ tile: Tile) {
    let block = blocks[tile.block]
    var column = 0
    for (i, loss) in layout.losses.enumerated() {
      let width = loss.factor.columns
      if let place = plans[tile.block].losses[i] {
        arena.residualTangents(
          slot(place, width, tile), factor: loss.factor.rows(tile.trials),
          mean: loss.mean?.rows(tile.trials), into: residualTangents.rows(block.tangents),
          at: column + tile.trials.lowerBound * width)
      }
      column += loss.factor.count
    }
  }
}

extension TangentBlock {
  /// Blocks of at most so many tangents, as equal as can be.
  fileprivate func split(atMost most: Int) -> [TangentBlock] {
    guard !tangents.isEmpty else { return [] }
    let pieces = (tangents.count + most - 1) / most
    return (0..<pieces).map { i in
      let low = tangents.lowerBound + tangents.count * i / pieces
      let high = tangents.lowerBound + tangents.count * (i + 1) / pieces
      return TangentBlock(tangents: low..<high, forms: forms)
    }
  }

  fileprivate func reserveDirections(
    _ program: Program, in plan: inout ArenaPlan
  ) -> [DirectionSlots?] {
    let k = tangents.count
    return program.parameters.indices.map { i in
      let parameter = program.parameters[i]
      switch forms[ParameterID(index: i)] {
      case .dense?:
        return .dense(plan.reserve(rows: parameter.rows, columns: k * parameter.columns))
      case .rankOne?:
        precondition(parameter.rows > 1, "\(parameter.name) has one row: use a dense direction")
        return .rankOne(
          a: plan.reserve(rows: parameter.rows, columns: k),
          b: plan.reserve(rows: k, columns: parameter.columns))
      case nil: return nil
      }
    }
  }
}

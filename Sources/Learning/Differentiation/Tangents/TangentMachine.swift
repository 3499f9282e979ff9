package import LinearAlgebra

/// The interpreter of batched tangents: values and all their directional derivatives,
/// forwards through time together, in memory that does not depend on the number of steps.
///
/// The tangents of a number lie side by side, `[trial, row, tangent]`: a value of any width is
/// worked on along the tangents, and a trial's factors (the slopes of its units, noise) multiply
/// the parameter of a product, where they are few, and not its many tangents,
/// ```
/// ẏ[b] = (diag(d[b]) P)ᵀ ẋ[b] + Σ_i x[b, i] V[i],   ẋ[b]: n×tangents
/// ```
/// What a slope of 0 multiplies takes no part: of a network of rectifiers about half the products
/// remain. Directions whose tangents live in the same values share the products with P. The
/// tangents are cut into tiles (some trials × some directions) that run a whole step each, so that
/// what a step computes on the way stays in cache.
/// - Complexity: for each step 2·B·K·n·m flops a product and as many again for a dense
///   direction, 2·B·K·(n + m) for a rank-one direction. No allocation after `init`.
package struct TangentMachine<S: Scalar>: ~Copyable {
  package let program: Program
  package let layout: ValueLayout
  package let blocks: [TangentBlock]
  /// Directions of this rank.
  package let tangents: Int
  package var arena: Arena<S>
  /// One row for each number of the losses' outputs, loss by loss; one column a tangent.
  package let residualTangents: Slot
  /// The residuals that belong to the rows of `residualTangents`.
  package let residuals: Slot
  /// Multiplications and additions of matrix products on tangents, since `start`.
  package var flops = 0.0

  let directions: [[DirectionSlots?]]
  /// Their pairs, of those whose products are rounded to bfloat16.
  let pairs: [[Slot?]]
  /// Whether products are rounded to bfloat16.
  package let isRounded: Bool
  let groups: [TangentGroup]
  let plans: [TangentPlan]
  let factors: FactorLayout
  let tiles: [Tile]
  let scratch: Slot
  let work: Slot
  let outerScratch: Slot
  let combination: Slot
  let combinationScratch: Slot
  var parity = 0

  /// A tile: trials × a group's directions, with the tangents of its states at both parities.
  struct Tile {
    let group: Int
    let trials: Range<Int>
    let states: [[TangentSlot?]]
  }

  /// Plans the memory for directions in the given blocks.
  ///
  /// `rounded`: the operands of large products are rounded to bfloat16, in single precision;
  /// states, sums and the rest are not. Call `pairDirections` once directions are written.
  package init(
    _ program: Program, rows: Int, blocks: [TangentBlock], tile shape: TileShape,
    rounded isRounded: Bool = false
  ) {
    precondition(!isRounded || S.self == Float.self, "rounded products are of single precision")
    let (groups, blocks) = TangentGroup.grouping(blocks, of: program, atMost: shape.tangents)
    self.program = program
    self.blocks = blocks
    self.groups = groups
    tangents = blocks.last?.tangents.upperBound ?? 0
    var plan = ArenaPlan()
    layout = ValueLayout(program, rows: rows, in: &plan)
    residualTangents = plan.reserve(rows: rows * program.lossWidth, columns: tangents)
    residuals = plan.reserve(rows: 1, columns: rows * program.lossWidth)

    var known: [Set<ParameterID>: TangentPlan] = [:]
    let plans = groups.map { group in
      let result = known[group.moving] ?? TangentPlan(program, moving: group.moving)
      known[group.moving] = result
      return result
    }
    self.plans = plans
    factors = FactorLayout(plans, layout, in: &plan)
    directions = blocks.map { $0.reserveDirections(program, in: &plan) }
    pairs = directions.map { isRounded ? program.reservePairs(of: $0, in: &plan) : [] }
    self.isRounded = isRounded
    let trials = min(rows, shape.trials)
    let stride = groups.map(\.width.stride).max() ?? 0
    scratch = plan.reserve(
      rows: plans.map(\.scratchWidth).max() ?? 0, columns: trials * stride)
    work = plan.reserve(
      rows: 1,
      columns: plans.flatMap { $0.start + $0.step }.reduce(
        Arena<S>.directionWork(
          trials: trials, inputs: program.parameters.map(\.rows).max() ?? 1)
      ) { max($0, Arena<S>.tangentWork(columns: $1.width, rows: $1.mostFactors)) })
    outerScratch = plan.reserve(rows: trials, columns: stride)
    combination = plan.reserve(rows: 1, columns: program.parameters.map(\.count).max() ?? 0)
    combinationScratch = plan.reserve(
      rows: 1 + (program.parameters.map(\.rows).max() ?? 0), columns: stride)

    var tiles: [Tile] = []
    for (i, group) in groups.enumerated() {
      var first = 0
      while first < rows {
        let trials = first..<min(rows, first + shape.trials)
        let states = (0..<2).map { _ in
          program.states.enumerated().map { index, state -> TangentSlot? in
            guard plans[i].activeStates.contains(index) else { return nil }
            let width = group.width
            let slot = plan.reserve(rows: trials.count * state.width, columns: width.stride)
            return TangentSlot(
              offset: slot.offset, trials: trials.count, rows: state.width, width: width)
          }
        }
        tiles.append(Tile(group: i, trials: trials, states: states))
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

  /// Rounds the directions whose products are rounded, in place, so that what is combined is
  /// what was carried.
  package mutating func pairDirections() {
    for (slots, pairs) in zip(directions, pairs) {
      for (p, pair) in pairs.enumerated() {
        guard let pair, case .dense(let v)? = slots[p] else { continue }
        arena.pairDirections(v, inputs: program.parameters[p].rows, into: pair)
      }
    }
  }

  // MARK: - Running

  /// Takes over parameters.
  package mutating func load(parameters: [Double]) { arena.load(parameters: parameters, layout) }

  /// Starts the trials and the tangents.
  package mutating func start(_ trials: Trials<S>) {
    parity = 0
    flops = 0
    arena.start(trials, layout)
    arena.multiplyFactors(factors.start, layout)
    for tile in tiles {
      for state in plans[tile.group].statesThatStartAtZero {
        if let slot = tile.states[0][state] { arena.clear(slot) }
      }
      run(plans[tile.group].start, factors.start, tile)
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
    arena.multiplyFactors(factors.step, layout)
    for tile in tiles {
      run(plans[tile.group].step, factors.step, tile)
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
    let range = groups[tile.group].tangents
    var row = 0
    for (i, loss) in layout.losses.enumerated() {
      let width = loss.factor.columns
      if let place = plans[tile.group].losses[i] {
        let first = row + tile.trials.lowerBound * width
        arena.residualTangents(
          slot(place, width, tile), count: range.count, factor: loss.factor.rows(tile.trials),
          mean: loss.mean?.rows(tile.trials),
          into: residualTangents.rows(first..<(first + tile.trials.count * width)),
          at: range.lowerBound)
      }
      row += loss.factor.count
    }
  }
}

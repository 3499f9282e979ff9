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
/// tangents are cut into tiles (some trials × some directions) that run some steps each, whose values
/// are known before, so that tangents stay in cache from step to step.
/// - Complexity: for each step 2·B·K·n·m flops a product and as many again for a dense
///   direction, 2·B·K·(n + m) for a rank-one direction. No allocation after `init`.
package struct TangentMachine<S: Scalar>: ~Copyable {
  package let program: Program
  /// The values of steps that run together: the parameters are the same.
  let frames: [ValueLayout]
  /// The directions of this rank, by what they move.
  package let blocks: [TangentBlock]
  /// Directions of this rank.
  package let tangents: Int
  package var arena: Arena<S>
  /// For each of the steps that run together, one row for each number of the losses' outputs, loss
  /// by loss, and one column a tangent.
  let residualTangents: Slot
  /// The residuals that belong to these rows, and the square roots of their weights.
  let residuals: Slot
  let residualFactors: Slot
  /// Multiplications and additions of matrix products on tangents, since `start`.
  package var flops = 0.0

  let directions: [[DirectionSlots?]]
  /// Their pairs, of those whose products are rounded to bfloat16.
  let pairs: [[Slot?]]
  /// The parameters as products of bfloat16 take them.
  let parameterPairs: [Slot?]
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
    let trials = min(rows, shape.trials)
    // A single tile, or tangents that nothing carries on, is in cache or not either way.
    let isCut = groups.count > 1 || rows > trials
    let together = isCut && !program.states.isEmpty ? Self.stepsInCache : 1
    let values = ValueLayout(program, rows: rows, in: &plan)
    frames =
      [values]
      + (1..<together).map { _ in
        ValueLayout(program, rows: rows, parameters: values.parameters, in: &plan)
      }
    let width = rows * program.lossWidth
    residualTangents = plan.reserve(rows: together * width, columns: tangents)
    residuals = plan.reserve(rows: together, columns: width)
    residualFactors = plan.reserve(rows: together, columns: width)
    parameterPairs = program.parameters.map {
      isRounded ? RoundedProducts.reservePairs($0.rows, $0.columns, of: S.self, in: &plan) : nil
    }

    var known: [Set<ParameterID>: TangentPlan] = [:]
    let plans = groups.map { group in
      let result = known[group.moving] ?? TangentPlan(program, moving: group.moving)
      known[group.moving] = result
      return result
    }
    self.plans = plans
    factors = FactorLayout(plans, frames, in: &plan)
    directions = blocks.map { $0.reserveDirections(program, in: &plan) }
    pairs = directions.map { isRounded ? program.reservePairs(of: $0, in: &plan) : [] }
    self.isRounded = isRounded
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

  /// Steps that a tile runs before the next one does: what is fetched to begin with is then a small
  /// part, and the values of so many steps are less than the tangents of one.
  package static var stepsInCache: Int { 4 }

  /// How many steps run together at most.
  package var stepsTogether: Int { frames.count }

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
}

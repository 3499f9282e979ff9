package import LinearAlgebra

// Values and tangents forwards through time.
extension TangentMachine {
  /// Takes over parameters.
  package mutating func load(parameters: [Double]) {
    arena.load(parameters: parameters, frames[0])
    for (parameter, pairs) in zip(frames[0].parameters, parameterPairs) {
      if let pairs { arena.pairParameter(parameter, into: pairs) }
    }
  }

  /// Starts the trials and the tangents.
  package mutating func start(_ trials: Trials<S>) {
    parity = 0
    flops = 0
    arena.start(trials, frames[0])
    arena.multiplyFactors(factors.start, frames[0])
    for tile in tiles {
      for state in plans[tile.group].statesThatStartAtZero {
        if let slot = tile.states[0][state] { arena.clear(slot) }
      }
      run(plans[tile.group].start, factors.start, frames[0], tile, hasLoss: true)
    }
  }

  /// Runs steps of values and then of tangents, at most `stepsTogether`.
  ///
  /// - Returns: these trials' share of the loss of each step, or nil if the step has no weight.
  ///   With a loss, `residualTangents(ofStep:)`, `residuals(ofStep:)` and `weights(ofStep:)` have its
  ///   square-root derivatives, by the place of a step in `steps`.
  package mutating func run(_ steps: Range<Int>, _ trials: Trials<S>) -> [Double?] {
    precondition(steps.count <= frames.count, "steps \(steps), \(frames.count) together")
    var losses: [Double?] = []
    for (i, step) in steps.enumerated() {
      let frame = frames[i]
      if i > 0 { arena.carry(frames[i - 1], to: frame) }
      arena.step(step, trials, frame)
      let weight = trials.stepWeights[step]
      losses.append(
        weight > 0 ? arena.evaluateLosses(weight: weight, batch: trials.batch, frame) : nil)
      arena.multiplyFactors(factors.steps[i], frame)
      if weight > 0 { writeResiduals(i) }
    }
    let first = parity
    for tile in tiles {
      for i in losses.indices {
        parity = (first + i) % 2
        let hasLoss = losses[i] != nil
        run(plans[tile.group].step, factors.steps[i], frames[i], tile, hasLoss: hasLoss)
        if hasLoss { writeResidualTangents(i, tile) }
      }
    }
    parity = (first + losses.count) % 2
    if let last = losses.indices.last { arena.carry(frames[last], to: frames[0]) }
    return losses
  }

  /// The tangents of the residuals of one of the steps that ran together.
  package func residualTangents(ofStep i: Int) -> Slot {
    let width = residuals.columns
    return residualTangents.rows((i * width)..<((i + 1) * width))
  }

  /// Its residuals.
  package func residuals(ofStep i: Int) -> Slot { residuals.rows(i..<(i + 1)) }

  /// What its residuals and their tangents were multiplied by: where it is 0, they are.
  package func weights(ofStep i: Int) -> Slot { residualFactors.rows(i..<(i + 1)) }

  private mutating func writeResiduals(_ i: Int) {
    var column = i * residuals.columns
    for loss in frames[i].losses {
      let count = loss.residual.count
      for (source, target) in [(loss.residual, residuals), (loss.factor, residualFactors)] {
        arena.copy(source, to: Slot(offset: target.offset + column, rows: 1, columns: count))
      }
      column += count
    }
  }

  private mutating func writeResidualTangents(_ i: Int, _ tile: Tile) {
    let range = groups[tile.group].tangents
    let target = residualTangents(ofStep: i)
    var row = 0
    for (l, loss) in frames[i].losses.enumerated() {
      let width = loss.factor.columns
      if let place = plans[tile.group].losses[l] {
        let first = row + tile.trials.lowerBound * width
        arena.residualTangents(
          slot(place, width, tile), count: range.count, factor: loss.factor.rows(tile.trials),
          mean: loss.mean?.rows(tile.trials),
          into: target.rows(first..<(first + tile.trials.count * width)), at: range.lowerBound)
      }
      row += loss.factor.count
    }
  }
}

extension Arena {
  /// Begins a frame with the states that another one has made.
  fileprivate mutating func carry(_ done: ValueLayout, to next: ValueLayout) {
    for state in done.program.states { copy(done[state.next], to: next[state.current]) }
  }
}

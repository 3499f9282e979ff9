internal import Collectives
internal import Differentiation
internal import LinearAlgebra
internal import Runtime

extension SubspaceOptimizer where Group: ~Copyable {
  /// `V c` over all parameters: each rank forms its directions' part of its rows, the
  /// tangent ranks add, the batch ranks concatenate.
  mutating func combine(_ coefficients: [Double]) throws -> [Double] {
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
  mutating func choose(
    _ trials: Trials<S>, loss: Double, solutions: [Solution], steps: [[Double]],
    _ parameters: inout [Double], pacer: StopPacer
  ) throws -> Report {
    let rates = control.learningRates
    var search = CandidateSearch(control, dampings: solutions.map(\.damping), before: loss)
    while true {
      let places = search.next()
      guard !places.isEmpty else { break }
      let losses = try evaluate(
        places.map { moved(parameters, by: steps[$0.damping], rate: rates[$0.rate]) }, trials,
        within: search.lowest, pacer)
      for (place, loss) in zip(places, losses) { search.add(place, loss: loss) }
    }
    guard let best = search.best else {
      control.update(taken: nil, ratio: 0)
      return Report(loss: loss)
    }
    let step = DampingControl.Candidate(
      damping: solutions[best.damping].damping, learningRate: rates[best.rate])
    let ratio = (loss - search.lowest) / solutions[best.damping].decrease
    parameters = moved(parameters, by: steps[best.damping], rate: rates[best.rate])
    control.update(taken: step, ratio: ratio)
    return Report(loss: loss, lossAfter: search.lowest, step: step)
  }

  /// `θ − η V c`, within the limits of the parameters.
  private func moved(_ parameters: [Double], by step: [Double], rate: Double) -> [Double] {
    var moved = zip(parameters, step).map { $0 - rate * $1 }
    program.clip(&moved)
    return moved
  }

  /// The losses of some candidates; ranks that share trials evaluate different ones.
  ///
  /// Losses are sums of terms that are not negative: a candidate whose sum has passed `limit`, or a
  /// whole loss that this rank knows, cannot be chosen any more and counts as infinite.
  mutating func evaluate(
    _ candidates: [[Double]], _ trials: Trials<S>, within limit: Double, _ pacer: StopPacer
  ) throws -> [Double] {
    var losses = [Double](repeating: 0, count: candidates.count)
    var limit = limit
    let shares = Partition(of: trials.count, among: portions)
    let parts = (0..<portions).map { trials.some(shares.range(of: $0), of: program) }
    var order = Array(
      stride(from: ranks.tangentIndex, to: candidates.count, by: ranks.grid.tangents))
    // Those that do best on some of the trials come first on the others: the rest are soon given up.
    for some in portions == 1 ? [0..<1] : [0..<1, 1..<portions] {
      // Without a candidate left a rank keeps step with the others.
      let most = (candidates.count + ranks.grid.tangents - 1) / ranks.grid.tangents
      for first in stride(from: 0, to: most, by: rollout.sets) {
        let group = order.dropFirst(first).prefix(rollout.sets)
        rollout.load(group.map { candidates[$0] }, losses: group.map { losses[$0] })
        for part in parts[some] {
          rollout.begin(part)
          for t in 0..<part.steps {
            rollout.step(t, part, within: limit)
            try pacer.step(.candidates, on: ranks.world)
          }
        }
        for (place, loss) in zip(group, rollout.losses) { losses[place] = loss }
        if some.upperBound == portions, ranks.grid.batch == 1 {
          limit = group.reduce(limit) { min($0, losses[$1]) }
        }
      }
      order.sort { losses[$0] < losses[$1] }
    }
    try ranks.world.sum(&losses)
    return losses
  }
}

internal import Collectives
internal import Differentiation
internal import LinearAlgebra
internal import Runtime

extension SubspaceOptimizer where Group: ~Copyable {
  /// Runs values and tangents and sums V′g and V′GV over all ranks; returns the loss.
  mutating func gatherSketch(
    _ trials: Trials<S>, parameters: [Double], phases: Phases, pacer: StopPacer
  ) throws -> Double {
    let loss = try phases.measure("tangents") {
      try runTangents(trials, parameters: parameters, pacer: pacer)
    }
    phases.add("tangents", flops: machine.flops)
    sums = try phases.measure("reduce") {
      try sketch.finish(among: ranks.tangentGroup)
      // Ranks that share trials computed the same loss: one of them counts.
      return try sumOverRanks(loss: ranks.tangentIndex == 0 ? loss : 0)
    }
    return sums[0]
  }

  private mutating func runTangents(
    _ trials: Trials<S>, parameters: [Double], pacer: StopPacer
  ) throws -> Double {
    var loss = 0.0
    sketch.reset()
    machine.load(parameters: parameters)
    machine.start(trials)
    for first in stride(from: 0, to: trials.steps, by: machine.stepsTogether) {
      let steps = first..<min(first + machine.stepsTogether, trials.steps)
      for (i, share) in machine.run(steps, trials).enumerated() {
        if let share {
          loss += share
          try sketch.add(step: i, of: machine, among: ranks.tangentGroup)
        }
        do {
          try pacer.step(.tangents, on: ranks.world)
        } catch {
          // Messages may be under way.
          try sketch.abandon(among: ranks.tangentGroup)
          throw error
        }
      }
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
}

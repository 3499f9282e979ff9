import Collectives
import Differentiation
import LinearAlgebra
import TestSupport
import Testing

@testable import SOFO

/// The sums of a sketch, against plain loops over all columns.
@Suite struct SketchTests {
  /// Some outputs and some trials have no weight at some steps; a chunk of the smallest size ends
  /// within a step.
  @Test(arguments: [1, 4]) func columnsWithoutWeightAreLeftOut(steps: Int) throws {
    let example = Example.everything
    let program = example.program
    var trials = example.trials(steps: 10)
    for name in ["w", "trialWeight"] {
      let i = program.channel(name)
      for j in trials.channels[i].indices where j % 3 != 1 { trials.channels[i][j] = 0 }
    }
    let parameters = program.initialParameters(seed: 21)
    var machine = TangentMachine<Double>(
      program, rows: trials.count,
      blocks: [TangentBlock(tangents: 0..<5, forms: denseForms(program))],
      tile: TileShape(trials: 2, tangents: 3))
    write(gaussianDirections(program, count: 5), into: &machine)
    let expected = TestSupport.sketch(&machine, trials, parameters: parameters)

    var sketch = Sketch<Double>(
      counts: [5], rank: 0, width: trials.count * program.lossWidth, steps: steps,
      withMatrix: true)
    let alone = SingleRank()
    machine.start(trials)
    for first in stride(from: 0, to: trials.steps, by: machine.stepsTogether) {
      let steps = first..<min(first + machine.stepsTogether, trials.steps)
      for (i, loss) in machine.run(steps, trials).enumerated() where loss != nil {
        try sketch.add(step: i, of: machine, among: alone)
      }
    }
    try sketch.finish(among: alone)
    #expect(relativeError(sketch.sums.gradient, expected.gradient) < 1e-12)
    let entries = (0..<25).map { sketch.sums.matrix[$0 / 5, $0 % 5] }
    #expect(relativeError(entries, expected.matrix.flatMap { $0 }) < 1e-12)
  }
}

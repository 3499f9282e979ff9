import CAllocations
import Differentiation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct AllocationTests {
  /// A hundred steps leave no byte behind: other tests allocate beside this one, so the
  /// quietest of many stretches counts.
  @Test func stepsAllocateNothingThatStays() {
    let program = Example.vanilla.program
    let long = Example.vanilla.trials(steps: 5100)
    var machine = TangentMachine<Double>(
      program, rows: long.count,
      blocks: [TangentBlock(tangents: 0..<6, forms: denseForms(program))],
      tile: TileShape(trials: 2, tangents: 3))
    machine.load(parameters: program.initialParameters(seed: 1))
    machine.start(long)
    var least = Int.max
    for stretch in 0..<51 {
      let before = Int(ca_bytes_in_use())
      for first in stride(from: 100 * stretch, to: 100 * (stretch + 1), by: 4) {
        _ = machine.run(first..<(first + 4), long)
      }
      least = min(least, max(0, Int(ca_bytes_in_use()) - before))
    }
    // One array of the smallest size a step would be 3,200.
    #expect(least < 1600, "\(least) bytes more after 100 steps")
  }

  @Test func tapeGrowsWithTimeAndTangentsDoNot() {
    let program = Example.vanilla.program
    let short = Tape<Double>(program, rows: 3, steps: 10)
    let long = Tape<Double>(program, rows: 3, steps: 100)
    #expect(Double(long.arena.bytes) > 5 * Double(short.arena.bytes))
  }
}

import Differentiation
import TestSupport
import Testing

/// What is planned of tangents, against what a machine says that it did.
@Suite struct TangentWorkTests {
  private func done(
    _ example: Example, _ block: TangentBlock
  ) -> (flops: Double, work: TangentWork, trials: Double) {
    let program = example.program
    let trials = example.trials()
    var machine = TangentMachine<Double>(
      program, rows: trials.count, blocks: [block], tile: TileShape(trials: 2, tangents: 5))
    write(gaussianDirections(program, count: 5), into: &machine)
    machine.load(parameters: program.initialParameters(seed: 3))
    machine.start(trials)
    let before = machine.flops
    _ = machine.run(0..<1, trials)
    return (
      machine.flops - before, TangentWork(program, blocks: [block], atMost: 5),
      Double(trials.count)
    )
  }

  /// No rectifier leaves zeros in these two.
  @Test(arguments: [Example.vanilla, .linear]) func flopsOfAStep(example: Example) {
    let found = done(
      example, TangentBlock(tangents: 0..<5, forms: denseForms(example.program)))
    #expect(found.work.products > 0 || example == .linear)
    #expect(found.flops == found.trials * (found.work.products + found.work.directions))
  }

  /// A readout is left out where a step has no weight, and counted by the share of the others.
  @Test func stepsWithoutWeight() {
    let program = Example.vanilla.program
    var trials = Example.vanilla.trials()
    trials.stepWeights = [1, 0, 1, 1]
    let block = TangentBlock(tangents: 0..<5, forms: denseForms(program))
    var machine = TangentMachine<Double>(
      program, rows: trials.count, blocks: [block], tile: TileShape(trials: 3, tangents: 5))
    write(gaussianDirections(program, count: 5), into: &machine)
    machine.load(parameters: program.initialParameters(seed: 3))
    machine.start(trials)
    func flops(_ step: Int) -> Double {
      let before = machine.flops
      _ = machine.run(step..<(step + 1), trials)
      return machine.flops - before
    }
    let (all, some) = (flops(0), flops(1))
    // 16 tangents of 3 trials, their 5 numbers and the readout's own directions into 2 outputs.
    #expect(all - some == 1920)
    func work(_ share: Double) -> Double {
      let work = TangentWork(program, blocks: [block], atMost: 5, lossShare: share)
      return 3 * (work.products + work.directions)
    }
    #expect(work(0) == some)
    #expect(work(1) == all)
    let between: Double = 0.75 * all + 0.25 * some
    #expect(work(0.75) == between)
  }

  /// Rounded directions are held a second time, two inputs in a row; small tensors are not rounded.
  @Test func roundedDirections() {
    let r = Recorder()
    let z = r.state(startingAt: r.trialInput("z0", width: 9))
    let next = z * r.parameter("W", 9, 9, .zeros)
    r.advance(z, to: next)
    r.squaredError(next * r.parameter("O", 9, 2, .zeros), r.input("target", width: 2))
    let program = r.finish()
    let block = TangentBlock(tangents: 0..<5, forms: denseForms(program))
    func held(_ rounded: Bool) -> Double {
      TangentWork(program, blocks: [block], atMost: 5, rounded: rounded).held
    }
    #expect(held(false) == 16 * (81 + 18) && held(true) == held(false) + 16 * 9 * 5)
  }

  /// Outer products trade flops and numbers of a matrix for those of its sides.
  @Test func outerProducts() {
    let program = Example.vanilla.program
    let w = program.parameter("W")
    func work(_ form: TangentBlock.Form) -> TangentWork {
      TangentWork(program, blocks: [TangentBlock(tangents: 0..<5, forms: [w: form])], atMost: 5)
    }
    let (dense, outer) = (work(.dense), work(.rankOne))
    #expect(dense.held == 16 * 25 && outer.held == 16 * 10)
    #expect(dense.directions == 2 * 16 * 25 && outer.directions == 0)
    #expect(dense.products == outer.products)
  }
}

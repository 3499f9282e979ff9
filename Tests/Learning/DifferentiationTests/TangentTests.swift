import Differentiation
import LinearAlgebra
import RandomNumbers
import TestSupport
import Testing

@Suite struct TangentTests {
  @Test(arguments: Example.allCases, [(1, 1), (2, 2), (3, 5)])
  func tangentsAgreeWithDualNumbers(example: Example, tile: (Int, Int)) {
    let program = example.program
    // More steps than run together.
    let trials = example.trials(steps: 10)
    let parameters = program.initialParameters(seed: 11)
    let directions = gaussianDirections(program, count: 5)
    var machine = TangentMachine<Double>(
      program, rows: trials.count,
      blocks: [TangentBlock(tangents: 0..<5, forms: denseForms(program))],
      tile: TileShape(trials: tile.0, tangents: tile.1))
    write(directions, into: &machine)
    let result = sketch(&machine, trials, parameters: parameters)
    let expected = directions.map {
      referenceLoss(program, trials, parameters: parameters, direction: $0)
    }
    #expect(relativeError(result.gradient, expected.map(\.derivative)) < 1e-12)
    #expect(abs(result.loss - expected[0].value) < 1e-12 * abs(expected[0].value))
    // Twice in a row gives the same numbers: nothing is left over from the first run.
    #expect(sketch(&machine, trials, parameters: parameters).gradient == result.gradient)
  }

  @Test(arguments: Example.allCases)
  func gaussNewtonMatrixIsTheDefinedOne(example: Example) {
    let program = example.program
    let trials = example.trials(batch: 5)
    let parameters = program.initialParameters(seed: 16)
    let directions = gaussianDirections(program, count: 4)
    var machine = TangentMachine<Double>(
      program, rows: trials.count,
      blocks: [TangentBlock(tangents: 0..<4, forms: denseForms(program))],
      tile: TileShape(trials: 2, tangents: 3))
    write(directions, into: &machine)
    let result = sketch(&machine, trials, parameters: parameters)
    let expected = referenceGaussNewton(
      program, trials, parameters: parameters, directions: directions)
    #expect(relativeError(result.matrix.flatMap { $0 }, expected.flatMap { $0 }) < 1e-12)
  }

  @Test(arguments: Example.allCases)
  func tangentsAgreeWithCentralDifferences(example: Example) {
    let program = example.program
    let trials = example.trials()
    let parameters = program.initialParameters(seed: 12)
    let directions = gaussianDirections(program, count: 3)
    var rollout = Rollout<Double>(program, rows: trials.count)
    // The error of the difference is O(ε²) + O(10⁻¹⁶ / ε): ε = 1e-5 makes it about 1e-10.
    let epsilon = 1e-5
    func loss(_ direction: [Double], _ step: Double) -> Double {
      rollout.load(parameters: zip(parameters, direction).map { $0 + step * $1 })
      return rollout.run(trials)
    }
    let differences = directions.map {
      (loss($0, epsilon) - loss($0, -epsilon)) / (2 * epsilon)
    }
    var machine = TangentMachine<Double>(
      program, rows: trials.count,
      blocks: [TangentBlock(tangents: 0..<3, forms: denseForms(program))],
      tile: TileShape(trials: 2, tangents: 2))
    write(directions, into: &machine)
    let result = sketch(&machine, trials, parameters: parameters)
    #expect(relativeError(result.gradient, differences) < 1e-7)
  }

  @Test(arguments: Example.allCases)
  func tapeAgreesWithDualNumbers(example: Example) {
    let program = example.program
    let trials = example.trials()
    let parameters = program.initialParameters(seed: 13)
    var gradient = [Double](repeating: .nan, count: program.parameterCount)
    var tape = Tape<Double>(program, rows: trials.count, steps: trials.steps)
    let loss = tape.run(trials, parameters: parameters, gradient: &gradient)
    let expected = (0..<program.parameterCount).map { i in
      var direction = [Double](repeating: 0, count: program.parameterCount)
      direction[i] = 1
      return referenceLoss(program, trials, parameters: parameters, direction: direction)
    }
    #expect(abs(loss - expected[0].value) < 1e-12 * abs(loss))
    for parameter in program.parameters {
      let found = Array(gradient[parameter.range])
      let wanted = expected[parameter.range].map(\.derivative)
      if parameter.isFixed {
        #expect(found.allSatisfy { $0 == 0 })
      } else {
        #expect(relativeError(found, wanted) < 1e-11, "\(parameter.name)")
      }
    }
  }

  @Test(arguments: Example.allCases)
  func blockLocalDirectionsSkipWorkButNotDerivatives(example: Example) {
    let program = example.program
    let trials = example.trials()
    let parameters = program.initialParameters(seed: 14)
    // One block a free tensor, two directions each.
    var blocks: [TangentBlock] = []
    var directions: [[Double]] = []
    for (i, parameter) in program.parameters.enumerated() where !parameter.isFixed {
      let first = directions.count
      for dense in gaussianDirections(program, count: 2, seed: UInt64(20 + i)) {
        var v = [Double](repeating: 0, count: program.parameterCount)
        for j in parameter.range { v[j] = dense[j] }
        directions.append(v)
      }
      blocks.append(
        TangentBlock(
          tangents: first..<(first + 2), forms: [ParameterID(index: i): .dense]))
    }
    var machine = TangentMachine<Double>(
      program, rows: trials.count, blocks: blocks, tile: TileShape(trials: 2, tangents: 8))
    write(directions, into: &machine)
    let result = sketch(&machine, trials, parameters: parameters)
    let expected = directions.map {
      referenceLoss(program, trials, parameters: parameters, direction: $0).derivative
    }
    #expect(relativeError(result.gradient, expected) < 1e-12)
  }

  @Test func rankOneDirectionsAreTheirOuterProducts() {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials()
    let parameters = program.initialParameters(seed: 15)
    let w = program.parameter("W")
    var machine = TangentMachine<Double>(
      program, rows: trials.count, blocks: [TangentBlock(tangents: 0..<4, forms: [w: .rankOne])],
      tile: TileShape(trials: 2, tangents: 2))
    var directions: [[Double]] = []
    for i in machine.blocks.indices {
      guard case .rankOne(let a, let b)? = machine.directions(ofBlock: i, w) else { continue }
      let random = RandomStream(seed: 1, stream: 7, k: UInt32(i))
      var numbers = machine.arena.mutableElements(a)
      random.fillNormal(&numbers)
      numbers = machine.arena.mutableElements(b)
      random.fillNormal(&numbers, startingAt: 1000)
      for l in 0..<machine.blocks[i].tangents.count {
        var v = [Double](repeating: 0, count: program.parameterCount)
        for r in 0..<5 {
          for c in 0..<5 {
            v[r * 5 + c] =
              machine.arena.elements(a)[r * a.columns + l]
              * machine.arena.elements(b)[c * b.columns + l]
          }
        }
        directions.append(v)
      }
    }
    let result = sketch(&machine, trials, parameters: parameters)
    let expected = directions.map {
      referenceLoss(program, trials, parameters: parameters, direction: $0).derivative
    }
    #expect(directions.count == 4)
    #expect(relativeError(result.gradient, expected) < 1e-12)
  }
}

import Collectives
import Differentiation
import LinearAlgebra
import SOFO
import TestSupport
import Testing

@Suite struct WhiteningTests {
  static let ridge = 0.3

  /// `A = Σ x xᵀ` of every matrix of the vanilla network, from values only.
  func covariances(
    _ trials: Trials<Double>, _ parameters: [Double]
  ) -> [String: Square] {
    let program = Example.vanilla.program
    let inputs = [
      "W": program.states[0].current, "O": program.states[0].next,
      "U": program.channels[program.channel("u")].register,
    ]
    var sums = inputs.mapValues { Square(order: program.width($0)) }
    var rollout = Rollout<Double>(program, rows: trials.count)
    rollout.load(parameters: parameters)
    let layout = rollout.layout
    _ = rollout.run(trials) { _, arena in
      for (name, register) in inputs {
        let x = arena.elements(layout[register])
        let m = program.width(register)
        for b in 0..<trials.count {
          for i in 0..<m {
            for j in 0..<m { sums[name]?[i, j] += x[b * m + i] * x[b * m + j] }
          }
        }
      }
    }
    return sums
  }

  /// A small square matrix that can be kept in a dictionary.
  struct Square {
    let order: Int
    private var entries: [Double]

    init(order: Int) {
      self.order = order
      entries = [Double](repeating: 0, count: order * order)
    }

    subscript(i: Int, j: Int) -> Double {
      get { entries[i * order + j] }
      set { entries[i * order + j] = newValue }
    }
  }

  /// Identity matrices as directions become F itself: `F Fᵀ (A / ā + ε I) ∝ I`, `tr F Fᵀ = m`.
  @Test(arguments: [TangentBlock.Form.dense, .rankOne])
  func directionsAreShapedByTheInputs(form: TangentBlock.Form) throws {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials(count: 6)
    let parameters = program.initialParameters(seed: 3)
    var whitening = InputWhitening<Double>(program, ridge: Self.ridge, rows: 6)
    try whitening.measure(trials, parameters: parameters, among: SingleRank())
    var forms: [ParameterID: TangentBlock.Form] = [:]
    for name in ["W", "U", "O"] { forms[program.parameter(name)] = form }
    var machine = TangentMachine<Double>(
      program, rows: 6, blocks: [TangentBlock(tangents: 0..<5, forms: forms)],
      tile: TileShape(trials: 6, tangents: 5))
    for (name, a) in covariances(trials, parameters) {
      let id = program.parameter(name)
      let m = a.order
      let moved = machine.directions(ofBlock: 0, id)
      let directions = try #require(moved)
      let slot =
        switch directions {
        case .dense(let v): v
        case .rankOne(let a, _): a
        }
      var entries = machine.arena.mutableElements(slot)
      for i in 0..<m {
        for j in 0..<m { entries[i * slot.columns + j] = i == j ? 1 : 0 }
      }
      whitening.shape(directions, of: id, in: &machine)
      let f = machine.arena.elements(slot)
      let mean = (0..<m).reduce(0) { $0 + a[$1, $1] } / Double(m)
      var trace = 0.0
      var product = Square(order: m)
      for i in 0..<m {
        for j in 0..<m {
          var square = 0.0
          for l in 0..<m { square += f[i * slot.columns + l] * f[j * slot.columns + l] }
          if i == j { trace += square }
          for l in 0..<m {
            product[i, l] += square * (a[j, l] / mean + (j == l ? Self.ridge : 0))
          }
        }
      }
      #expect(abs(trace - Double(m)) < 1e-10, "\(name)")
      for i in 0..<m {
        for j in 0..<m {
          #expect(abs(product[i, j] - (i == j ? product[0, 0] : 0)) < 1e-10, "\(name) \(i) \(j)")
        }
      }
    }
  }

  /// Inputs that are always zero, as those of a readout of silent units, leave directions as drawn.
  @Test func silentInputsLeaveDirectionsIsotropic() throws {
    let program = Example.vanilla.program
    var trials = Trials<Double>(of: program, count: 2, batch: 2, steps: 3)
    trials.stepWeights = [1, 1, 1]
    let zeros = [Double](repeating: 0, count: program.parameterCount)
    func draw(ridge: Double) throws -> [Double] {
      var whitening = InputWhitening<Double>(program, ridge: ridge, rows: 2)
      try whitening.measure(trials, parameters: zeros, among: SingleRank())
      let (blocks, identifiers) = DirectionPlan(program, kind: .rankOne, count: 3).blocks(of: 0..<3)
      var machine = TangentMachine<Double>(
        program, rows: 2, blocks: blocks, tile: TileShape(trials: 2, tangents: 3))
      var directions = Directions<Double>(program, identifiers: identifiers, seed: 1)
      directions.draw(iteration: 0, shapedBy: whitening, into: &machine)
      var combined = zeros
      var target = combined.mutableSpan
      machine.combineDirections([1.0, 2.0, 3.0].span, rows: { 0..<$0.rows }, into: &target)
      return combined
    }
    #expect(try draw(ridge: Self.ridge) == draw(ridge: 0))
  }

  @Test func refusedWhereItHasNoMeaning() {
    let program = Example.vanilla.program
    let grid = Grid(tangents: 1, batch: 1)
    var configuration = SOFOConfiguration()
    configuration.tangents = 4
    for (ridge, orthonormal, method, isGood) in [
      (0.1, false, Method.gaussNewton, true), (0, true, .gaussNewton, true),
      (0.1, true, .gaussNewton, false), (0.1, false, .forwardGradient, false),
      (0.1, false, .projectedGradient, false), (1e-9, false, .gaussNewton, false),
      (-1, false, .gaussNewton, false), (.infinity, false, .gaussNewton, false),
    ] {
      configuration.whitening = ridge
      configuration.orthonormal = orthonormal
      configuration.method = method
      let isAccepted = (try? configuration.validate(program, batch: 4, grid: grid)) != nil
      #expect(isAccepted == isGood, "\(ridge) \(orthonormal) \(method)")
    }
  }
}

import Differentiation
import LinearAlgebra
import RandomNumbers
import TestSupport
import Testing

/// Tangents whose products have operands of 16 bits, against float64.
@Suite struct RoundedTangentTests {
  /// Where the recurrent matrix stands: after rectified rates with noise, or before the rectifier.
  enum Form: CaseIterable { case rates, drive }

  private func program(_ form: Form, units n: Int) -> Program {
    let r = Recorder()
    let scale = 1 / Double(n).squareRoot()
    let w = r.parameter("W", n, n, .normal(deviation: scale))
    let u = r.parameter("U", 3, n, .normal(deviation: 0.5))
    let b = r.parameter("b", 1, n, .normal(deviation: 0.5))
    let o = r.parameter("O", n, 2, .normal(deviation: scale))
    let z = r.state(startingAt: r.trialInput("z0", width: n))
    let x = r.input("x", width: 3)
    let next: Expression
    switch form {
    case .rates:
      let rates = r.input("noise", width: n) * relu(z)
      next = z + (rates * w + b + x * u - z) * 0.25
    case .drive: next = 0.75 * z + 0.25 * relu(z * w + x * u + b)
    }
    r.advance(z, to: next)
    r.squaredError(relu(next) * o, r.input("target", width: 2))
    return r.finish()
  }

  @Test func smallMatricesAreNotRounded() {
    #expect(program(.rates, units: 16).hasRoundedProducts)
    #expect(!program(.rates, units: 7).hasRoundedProducts)
  }

  private func trials<S: Scalar>(_ program: Program, of type: S.Type) -> Trials<S> {
    var trials = Trials<S>(of: program, count: 5, batch: 5, steps: 12)
    for i in program.channels.indices {
      let random = RandomStream(seed: 7, stream: UInt32(100 + i))
      trials.channels[i] = trials.channels[i].indices.map { S(random.normal(at: $0)) }
    }
    return trials
  }

  private typealias Result = (loss: Double, gradient: [Double], matrix: [[Double]])

  private func sketched<S: Scalar>(
    _ program: Program, _ directions: [[Double]], rounded: Bool, of type: S.Type
  ) -> Result {
    var machine = TangentMachine<S>(
      program, rows: 5,
      blocks: [TangentBlock(tangents: 0..<directions.count, forms: denseForms(program))],
      tile: TileShape(trials: 3, tangents: directions.count), rounded: rounded)
    write(directions, into: &machine)
    machine.pairDirections()
    return sketch(
      &machine, trials(program, of: S.self), parameters: program.initialParameters(seed: 2))
  }

  /// Operands have a relative error of 2⁻⁹, sums of many and of twelve steps some of that: a
  /// few thousandths, and not the 1e-6 of single precision, or nothing would have been rounded.
  @Test(arguments: Form.allCases, [9, 21, 64])
  func sketchesAgreeWithDoublePrecision(form: Form, units: Int) {
    let program = program(form, units: units)
    let directions = gaussianDirections(program, count: 7).map { v in
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return v.map { $0 / length }
    }
    let exact = sketched(program, directions, rounded: false, of: Double.self)
    let single = sketched(program, directions, rounded: false, of: Float.self)
    let rounded = sketched(program, directions, rounded: true, of: Float.self)
    func error(_ found: Result) -> (Double, Double) {
      (
        relativeError(found.gradient, exact.gradient),
        relativeError(found.matrix.flatMap { $0 }, exact.matrix.flatMap { $0 })
      )
    }
    #expect(error(single).0 < 1e-5 && error(single).1 < 1e-5, "\(error(single))")
    let (gradient, matrix) = error(rounded)
    #expect(gradient < 1e-2 && matrix < 1e-2 && matrix > 1e-5, "\(error(rounded))")
    // Values take no part in it.
    #expect(rounded.loss == single.loss)
  }

  /// Directions are carried as they are combined, rounded.
  @Test func combinedDirectionsAreTheRoundedOnes() {
    let program = program(.drive, units: 16)
    var machine = TangentMachine<Float>(
      program, rows: 5, blocks: [TangentBlock(tangents: 0..<1, forms: denseForms(program))],
      tile: TileShape(trials: 5, tangents: 1), rounded: true)
    let direction = gaussianDirections(program, count: 1)[0]
    write([direction], into: &machine)
    machine.pairDirections()
    var combined = [Double](repeating: 0, count: program.parameterCount)
    var span = combined.mutableSpan
    machine.combineDirections([1].span, rows: { 0..<$0.rows }, into: &span)
    let w = program.parameter("W")
    for (p, parameter) in program.parameters.enumerated() {
      for i in parameter.range {
        let number = Float(direction[i])
        let unit = Double(number.ulp) * 65536
        let expected =
          p == w.index ? (Double(number) / unit).rounded(.toNearestOrEven) * unit : Double(number)
        #expect(combined[i] == expected)
      }
    }
  }
}

import Collectives
import Evaluation
import LinearAlgebra
import Testing

/// The linear model where transitions are few, on a recording with trials, a missing value and
/// an input.
@Suite struct SampleSolutionTests {
  private let neurons = 30
  private let fitted = 24
  private let ridge = 0.01

  private func recording() throws -> ObservedRates<Double> {
    var uniform = Uniform(seed: 5)
    var rates = Matrix<Double>(rows: neurons, columns: 44)
    var inputs = Matrix<Double>(rows: 1, columns: 44)
    for t in 0..<44 {
      for i in 0..<neurons { rates[i, t] = 0.4 * uniform.next() }
      inputs[0, t] = uniform.next()
    }
    rates[7, 17] = .nan
    return try ObservedRates(
      rates: rates, local: 0..<neurons, neurons: neurons,
      isScored: [Bool](repeating: true, count: neurons), inputs: inputs, trialStarts: [9],
      fittedFrames: 0..<fitted, group: SingleRank())
  }

  /// Rates, inputs and the constant as the model sees them.
  private func regressors(_ rates: [Double], _ input: Double, scale: Double) -> [Double] {
    rates + [input * scale, 1]
  }

  private func inner(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The changes from some rates, `Y (ΦᵀΦ + λT)⁻¹ Φᵀφ` written out.
  private func change(
    _ rates: [Double], _ input: Double, of observed: ObservedRates<Double>
  ) throws -> [Double] {
    let frames = observed.transitions(in: observed.fittedFrames)
    #expect(frames.count == fitted - 3 && !frames.contains(8) && !frames.contains(17))
    let squares = frames.reduce(0) { $0 + observed.inputs[0, $1] * observed.inputs[0, $1] }
    let scale = (Double(frames.count) / squares).squareRoot()
    let phi = frames.map {
      regressors(observed.state(at: $0), observed.inputs[0, $0], scale: scale)
    }
    var system = Matrix(phi.map { a in phi.map { inner(a, $0) } })
    for k in phi.indices { system[k, k] += ridge * Double(frames.count) }
    let now = regressors(rates, input, scale: scale)
    var u = Matrix([phi.map { inner($0, now) }])
    var target = u.mutableView
    try Cholesky(system).solveFromRight(&target)
    return (0..<neurons).map { i in
      frames.enumerated().reduce(0) { sum, entry in
        let (k, t) = entry
        let next = observed.rates.matrix[i, t + 1]
        return next.isNaN ? sum : sum + (next - observed.rates.matrix[i, t]) * u[0, k]
      }
    }
  }

  @Test func runsAsWrittenOut() throws {
    let observed = try recording()
    let model = try LinearModel(of: observed, ridge: ridge, group: SingleRank())
    let starts = [26, 31]
    var expected = starts.map { observed.state(at: $0) }
    var worst = 0.0
    var frames: [Int] = []
    try model.run(from: starts, steps: 6, of: observed, group: SingleRank()) { ahead, rates in
      frames.append(ahead)
      for (k, start) in starts.enumerated() {
        let input = observed.inputs[0, start + ahead - 1]
        let change = (try? change(expected[k], input, of: observed)) ?? []
        expected[k] = zip(expected[k], change).map { $0 + $1 }
        for i in expected[k].indices { worst = max(worst, abs(rates[i, k] - expected[k][i])) }
      }
    }
    #expect(frames == Array(1...6) && expected[0].count == neurons)
    #expect(worst < 1e-11)
  }

  /// More columns than a frame's products take at a time: parts of the run follow each other.
  @Test func longRunsAreStepByStep() throws {
    let observed = try recording()
    let model = try LinearModel(of: observed, ridge: ridge, group: SingleRank())
    let starts = [Int](repeating: 25, count: framesAtOnce / 2)
    var rates = Matrix((0..<neurons).map { i in starts.map { observed.rates.matrix[i, $0] } })
    var states: [[Double]] = []
    for ahead in 1...5 {
      let input = observed.inputs[0, 25 + ahead - 1]
      rates = try model.next(
        after: rates, inputs: Matrix([[Double](repeating: input, count: starts.count)]),
        group: SingleRank())
      states.append((0..<neurons).map { rates[$0, 3] })
    }
    var worst = 0.0
    try model.run(from: starts, steps: 5, of: observed, group: SingleRank()) { ahead, found in
      for i in 0..<neurons { worst = max(worst, abs(found[i, 3] - states[ahead - 1][i])) }
    }
    #expect(worst < 1e-11)
  }

  /// Products of the fitted transitions that are there already are taken, but not those of other
  /// transitions or without the constant.
  @Test func takesKnownProducts() throws {
    let observed = try recording()
    let frames = observed.transitions(in: observed.fittedFrames)
    let squares = frames.reduce(0) { $0 + observed.inputs[0, $1] * observed.inputs[0, $1] }
    let scale = (Double(frames.count) / squares).squareRoot()
    let phi = frames.map {
      regressors(observed.state(at: $0), observed.inputs[0, $0], scale: scale)
    }
    func rates(
      factor: Double, isDual: Bool = true, hasConstant: Bool = true, frames known: [Int]? = nil
    ) throws -> Double {
      var gram = SingleRank().allocateOnNode(rows: phi.count, columns: phi.count, of: Double.self)
      for (a, x) in phi.enumerated() {
        for (b, y) in phi.enumerated() { gram.matrix[a, b] = factor * inner(x, y) }
      }
      let model = try LinearModel(
        of: observed, ridge: ridge,
        known: KnownProducts(
          SharedMatrix(gram), isDual: isDual, hasConstant: hasConstant, frames: known ?? frames),
        group: SingleRank())
      return try model.next(
        after: Matrix(observed.state(at: 30).map { [$0] }), inputs: Matrix([[0.3]]),
        group: SingleRank())[4, 0]
    }
    let expected =
      observed.state(at: 30)[4] + (try change(observed.state(at: 30), 0.3, of: observed))[4]
    #expect(abs(try rates(factor: 1) - expected) < 1e-12)
    #expect(abs(try rates(factor: 2) - expected) > 1e-6)
    #expect(abs(try rates(factor: 2, isDual: false) - expected) < 1e-12)
    #expect(abs(try rates(factor: 2, hasConstant: false) - expected) < 1e-12)
    #expect(abs(try rates(factor: 2, frames: frames.map { $0 + 1 }) - expected) < 1e-12)
  }

  /// Products in float32 predict the same to their last digits.
  @Test func roundedIncrementsPredictTheSame() throws {
    let observed = try recording()
    let exact = try LinearModel(of: observed, ridge: ridge, group: SingleRank())
    let rounded = try LinearModel(of: observed, ridge: ridge, rounds: true, group: SingleRank())
    var expected: [[Double]] = []
    try exact.run(from: [25, 33], steps: 5, of: observed, group: SingleRank()) { _, rates in
      expected.append((0..<neurons).flatMap { [rates[$0, 0], rates[$0, 1]] })
    }
    var (worst, frames) = (0.0, 0)
    try rounded.run(from: [25, 33], steps: 5, of: observed, group: SingleRank()) { ahead, rates in
      frames = ahead
      for i in 0..<neurons {
        for k in 0..<2 { worst = max(worst, abs(rates[i, k] - expected[ahead - 1][2 * i + k])) }
      }
    }
    #expect(frames == 5 && worst < 1e-5 && worst > 0)
  }
}

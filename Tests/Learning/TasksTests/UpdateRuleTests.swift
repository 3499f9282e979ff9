import Differentiation
import LinearAlgebra
import RandomNumbers
import SOFO
import TestSupport
import Testing
import Training

/// What optimisers make of given gradients, against formulas written out here.
@Suite struct UpdateRuleTests {
  /// A matrix, a bias and a fixed matrix: 4×3, 1×3, 2×2.
  var program: Program {
    let r = Recorder()
    let w = r.parameter("W", 4, 3, .normal(deviation: 1))
    let b = r.parameter("b", 1, 3, .normal(deviation: 1))
    let f = r.parameter("F", 2, 2, .normal(deviation: 1), fixed: true)
    let z = r.state(startingAt: r.trialInput("z0", width: 3))
    let y = r.input("x", width: 4) * w + b
    r.advance(z, to: y)
    r.squaredError(y, r.input("target", width: 3))
    r.output("fixed", r.input("u", width: 2) * f)
    return r.finish()
  }

  func numbers(_ count: Int, _ k: Int) -> [Double] {
    let random = RandomStream(seed: 9, stream: 60, k: UInt32(k))
    return (0..<count).map { random.normal(at: $0) }
  }

  /// AdamW as its paper has it: the decay is apart from the moments, and spares the bias.
  @Test func decayIsDecoupled() {
    let program = program
    var rule = Adam(program, weightDecay: 0.1)
    var found = program.initialParameters(seed: 1)
    var wanted = found
    var m = [Double](repeating: 0, count: 19)
    var v = m
    for t in 1...3 {
      let g = numbers(15, t) + [0, 0, 0, 0]
      rule.update(&found, along: g, rate: 0.02)
      for i in wanted.indices {
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i]
        if i < 12 { wanted[i] -= 0.02 * 0.1 * wanted[i] }
        let (c1, c2) = ([0.1, 0.19, 0.271][t - 1], [0.001, 0.001999, 0.002997001][t - 1])
        wanted[i] -= 0.02 * (m[i] / c1) / ((v[i] / c2).squareRoot() + 1e-8)
      }
    }
    #expect(relativeError(found, wanted) < 1e-12)
    #expect(Array(found[15...]) == Array(program.initialParameters(seed: 1)[15...]))
  }

  /// U, S and V from LAPACK's eigenvectors of GᵀG, singular values ascending.
  func decomposition(_ g: borrowing Matrix<Double>) -> (u: [[Double]], s: [Double], v: [[Double]]) {
    let eigen = SymmetricEigen(product(g.view.transposed, g.view))
    let s = eigen.values.map { $0.squareRoot() }
    let v = s.indices.map { j in (0..<g.columns).map { eigen.vectors[j, $0] } }
    var u = s.map { _ in [Double](repeating: 0, count: g.rows) }
    for j in s.indices {
      for i in 0..<g.rows {
        for k in 0..<g.columns { u[j][i] += g[i, k] * v[j][k] / s[j] }
      }
    }
    return (u, s, v)
  }

  /// The iteration acts on singular values alone, by its polynomial; vectors stay what they are.
  @Test(arguments: [(7, 4), (4, 4), (9, 3)]) func orthogonalisationActsOnSingularValues(
    rows: Int, columns: Int
  ) {
    let entries = numbers(rows * columns, rows)
    let g = Matrix((0..<rows).map { i in Array(entries[(i * columns)..<((i + 1) * columns)]) })
    let (u, s, v) = decomposition(g)
    let norm = s.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let (a, b, c) = Muon.coefficients
    let moved = s.map { value in
      (0..<5).reduce(value / norm) { (x: Double, _: Int) -> Double in
        x * (a + b * x * x + c * x * x * x * x)
      }
    }
    #expect(moved.allSatisfy { $0 > 0.6 && $0 < 1.25 })
    let wanted = (0..<(rows * columns)).map { i -> Double in
      let terms = s.indices.map { u[$0][i / columns] * moved[$0] * v[$0][i % columns] }
      return terms.reduce(0, +)
    }
    let tall = Muon.orthogonalised(g)
    let found = (0..<(rows * columns)).map { tall[$0 / columns, $0 % columns] }
    #expect(relativeError(found, wanted) < 1e-6)
    let wide = Muon.orthogonalised(g.view.transposed.copy())
    let turned = (0..<(rows * columns)).map { wide[$0 % columns, $0 / columns] }
    #expect(relativeError(turned, found) < 1e-12)
  }

  /// Two steps: what is orthogonalised is Nesterov's mean, and a step of a matrix is as long as the
  /// larger side says.
  @Test func muonMovesByItsMeans() {
    let program = program
    var rule = Muon(program)
    let start = program.initialParameters(seed: 1)
    var found = start
    var wanted = Array(start[..<12])
    var mean = [Double](repeating: 0, count: 12)
    for t in 1...2 {
      let g = numbers(15, t) + [0, 0, 0, 0]
      rule.update(&found, along: g, rate: 0.02)
      var ahead = Matrix<Double>(rows: 4, columns: 3)
      for i in 0..<12 {
        mean[i] = 0.95 * mean[i] + 0.05 * g[i]
        ahead[i / 3, i % 3] = 0.95 * mean[i] + 0.05 * g[i]
      }
      let direction = Muon.orthogonalised(ahead)
      for i in 0..<12 { wanted[i] -= 0.02 * 0.2 * 2 * direction[i / 3, i % 3] }
    }
    #expect(relativeError(Array(found[..<12]), wanted) < 1e-12)
    // The bias goes by Adam, whose first step is the rate's sign.
    var first = start
    var anew = Muon(program)
    let g = numbers(15, 1) + [0, 0, 0, 0]
    anew.update(&first, along: g, rate: 0.02)
    for i in 12..<15 { #expect(abs(start[i] - first[i] - (g[i] > 0 ? 0.02 : -0.02)) < 1e-6) }
    #expect(Array(found[15...]) == Array(start[15...]))
  }

  /// A gradient that stays the same is seen in its own singular vectors, where all its numbers
  /// count alike: `W ← W − η U Vᵀ`.
  @Test func soapOrthogonalisesAConstantGradient() {
    let program = program
    var rule = Soap(program)
    let start = program.initialParameters(seed: 1)
    var found = start
    let g = numbers(15, 3) + [0, 0, 0, 0]
    rule.update(&found, along: g, rate: 0.02)
    #expect(Array(found[..<12]) == Array(start[..<12]))
    rule.update(&found, along: g, rate: 0.02)
    rule.update(&found, along: g, rate: 0.02)
    let (u, s, v) = decomposition(Matrix((0..<4).map { i in Array(g[(3 * i)..<(3 * i + 3)]) }))
    let wanted = (0..<12).map { i -> Double in
      let terms = s.indices.map { u[$0][i / 3] * v[$0][i % 3] }
      return start[i] - 0.04 * terms.reduce(0, +)
    }
    #expect(relativeError(Array(found[..<12]), wanted) < 1e-5)
  }

  /// Diagonal gradients with growing entries are in their eigenbasis already: Adam with both decays
  /// 0.95, from the second gradient on; over two bases.
  @Test func soapIsAdamInItsBasis() {
    let r = Recorder()
    let w = r.parameter("W", 3, 3, .normal(deviation: 1))
    let z = r.state(startingAt: r.trialInput("z0", width: 3))
    r.advance(z, to: z * w)
    r.squaredError(z * w, r.input("target", width: 3))
    let program = r.finish()
    var rule = Soap(program, weightDecay: 0.1)
    var found = program.initialParameters(seed: 1)
    var wanted = found
    var (m, v) = ([0.0, 0, 0], [0.0, 0, 0])
    for t in 0..<13 {
      let noise = numbers(3, t)
      let a = (0..<3).map { Double($0 + 1) * 10 + noise[$0] }
      rule.update(&found, along: [a[0], 0, 0, 0, a[1], 0, 0, 0, a[2]], rate: 0.02)
      guard t > 0 else { continue }
      let seen = 1 - (0..<t).reduce(1.0) { product, _ in product * 0.95 }
      for i in wanted.indices { wanted[i] *= 1 - 0.02 * 0.1 }
      for i in 0..<3 {
        m[i] = 0.95 * m[i] + 0.05 * a[i]
        v[i] = 0.95 * v[i] + 0.05 * a[i] * a[i]
        wanted[4 * i] -= 0.02 * (m[i] / seen) / ((v[i] / seen).squareRoot() + 1e-8)
      }
    }
    #expect(relativeError(found, wanted) < 1e-10)
  }

  @Test func schedulesReachTheirEnds() {
    var schedule = LearningRateSchedule()
    #expect([0, 0.3, 1].map { schedule.factor(at: $0) } == [1, 1, 1])
    schedule.shape = .linear
    #expect([0, 0.25, 1].map { schedule.factor(at: $0) } == [1, 0.75, 0])
    schedule.shape = .cosine
    #expect(schedule.factor(at: 0) == 1 && abs(schedule.factor(at: 1)) < 1e-15)
    #expect(abs(schedule.factor(at: 0.5) - 0.5) < 1e-15)
    #expect(abs(schedule.factor(at: 1 / 3) - 0.75) < 1e-12)
    schedule.warmup = 0.2
    #expect(abs(schedule.factor(at: 0.05) - 0.25) < 1e-15)
    #expect(schedule.factor(at: 0.2) == 1 && abs(schedule.factor(at: 0.6) - 0.5) < 1e-12)
  }

  /// What a rule remembers is all that it needs to go on.
  @Test func memoryIsComplete() {
    let program = program
    func goesOn(_ make: () -> some UpdateRule) -> Bool {
      var whole = make()
      var found = program.initialParameters(seed: 1)
      for t in 0..<6 { whole.update(&found, along: numbers(15, t) + [0, 0, 0, 0], rate: 0.02) }
      var other = make()
      other.memory = whole.memory
      var again = found
      for t in 6..<14 {
        let g = numbers(15, t) + [0, 0, 0, 0]
        whole.update(&found, along: g, rate: 0.02)
        other.update(&again, along: g, rate: 0.02)
      }
      return found == again
    }
    #expect(goesOn { Adam(program, weightDecay: 0.1) })
    #expect(goesOn { Muon(program, weightDecay: 0.1) })
    #expect(goesOn { Soap(program, weightDecay: 0.1) })
  }
}

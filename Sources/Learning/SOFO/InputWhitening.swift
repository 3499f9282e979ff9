package import Collectives
package import Differentiation
package import LinearAlgebra
package import Runtime

/// Shapes the directions of every matrix by the inputs that the matrix meets.
///
/// Inputs of a matrix (m×n) are correlated: along isotropic directions its output moves with
/// their few strongest components, and a step hardly reaches what the others could do. With
/// ```
/// V_k = F Z_k,   F Fᵀ ∝ (A / ā + ε I)⁻¹,   A = Σ_trials,steps x xᵀ,   ā = tr A / m,
/// ```
/// `tr F Fᵀ = m`, weak components move too; the ridge ε bounds by how much, and a large one leaves
/// directions isotropic. A is the input factor of K-FAC (Martens & Grosse, ICML 2015), here not
/// to scale a gradient but to draw directions. It is measured by running the batch forwards once
/// before they are drawn: nothing is left from one iteration to the next, and nothing grows with
/// the steps.
///
/// - Complexity: 4·B·n²·T flops for a vanilla network, 1/K of an iteration, divided by all
///   ranks; m³ a matrix on every rank. One all-reduce of Σ m² numbers.
package struct InputWhitening<S: Scalar>: ~Copyable {
  /// A matrix that moves, with the values it multiplies.
  private struct Target {
    let parameter: ParameterID
    let inputs: [Register]
    /// A, and then L of `F = L⁻ᵀ`.
    let factor: Slot
  }

  private let ridge: Double
  private let layout: ValueLayout
  private let targets: [Target]
  private var arena: Arena<S>
  /// Whether a target's factor is known: not before the first measurement, nor without inputs.
  private var isKnown: [Bool]

  /// Whitens with a ridge ε relative to the mean variance; 0 for isotropic directions.
  package init(_ program: Program, ridge: Double, rows: Int) {
    self.ridge = ridge
    var plan = ArenaPlan()
    layout = ValueLayout(program, rows: ridge > 0 ? rows : 0, in: &plan)
    targets = ridge > 0 ? Self.targets(program, in: &plan) : []
    isKnown = targets.map { _ in false }
    arena = Arena(plan)
  }

  private static func targets(_ program: Program, in plan: inout ArenaPlan) -> [Target] {
    var inputs: [ParameterID: [Register]] = [:]
    for operation in program.step {
      guard case .linear(_, let terms) = operation else { continue }
      for term in terms {
        if case .product(let x, let p, _) = term { inputs[p, default: []].append(x) }
      }
    }
    return program.parameters.indices.compactMap { index in
      let (id, parameter) = (ParameterID(index: index), program.parameters[index])
      guard !parameter.isFixed, parameter.rows > 1, let inputs = inputs[id] else { return nil }
      return Target(
        parameter: id, inputs: inputs,
        factor: plan.reserve(rows: parameter.rows, columns: parameter.rows))
    }
  }

  /// Numbers that ranks sum up at every measurement: m² a matrix.
  package static func sharedNumbers(_ program: Program) -> Int {
    var plan = ArenaPlan()
    return targets(program, in: &plan).reduce(0) { $0 + $1.factor.count }
  }

  /// Bytes held.
  package var bytes: Int { arena.bytes }

  /// Learns the factors for the directions to come (collective in `group`).
  ///
  /// `trials` are this rank's share: each trial of the batch on one rank.
  ///
  /// - Throws: `StopPacer.Interrupted`; what the communication throws.
  package mutating func measure(
    _ trials: Trials<S>, parameters: [Double], among group: borrowing some RankGroup & ~Copyable,
    pacer: StopPacer = StopPacer()
  ) throws {
    guard !targets.isEmpty else { return }
    for target in targets { arena.clear(target.factor) }
    arena.load(parameters: parameters, layout)
    arena.start(trials, layout)
    for t in 0..<trials.steps {
      arena.step(t, trials, layout)
      for target in targets {
        for x in target.inputs {
          arena.multiply(
            layout[x], transposeA: true, layout[x], into: target.factor, keep: true)
        }
      }
      arena.advance(layout)
      try pacer.step(.inputs, on: group)
    }
    var sums: [Double] = []
    for target in targets { append(arena.elements(target.factor), to: &sums) }
    try group.sum(&sums)
    var first = 0
    for i in targets.indices {
      let m = targets[i].factor.rows
      var covariance = Matrix<Double>(rows: m, columns: m)
      var entries = covariance.mutableElements
      for j in 0..<(m * m) { entries[j] = sums[first + j] }
      try factorise(i, covariance)
      first += m * m
    }
  }

  /// Keeps L of target i, `F = L⁻ᵀ`, given A.
  private mutating func factorise(
    _ i: Int, _ covariance: consuming Matrix<Double>
  ) throws(NotPositiveDefinite) {
    var a = covariance
    let m = a.rows
    let mean = (0..<m).reduce(0) { $0 + a[$1, $1] } / Double(m)
    // Inputs that are all zero say nothing; of NaN the loss will tell.
    isKnown[i] = mean > 0 && mean.isFinite
    guard isKnown[i] else { return }
    for r in 0..<m {
      for c in 0..<m { a[r, c] /= mean }
      a[r, r] += ridge
    }
    let inverse = try Cholesky(a.copy()).inverse()
    let scale = ((0..<m).reduce(0) { $0 + inverse[$1, $1] } / Double(m)).squareRoot()
    let factor = try Cholesky(a)
    var target = arena.mutableElements(targets[i].factor)
    for r in 0..<m {
      for c in 0...r { target[r * m + c] = S(factor.factor[r, c] * scale) }
    }
  }

  /// Shapes the directions of a tensor: `V ← F V`, or `a ← F a` for outer products.
  package func shape(
    _ directions: DirectionSlots, of parameter: ParameterID, in machine: inout TangentMachine<S>
  ) {
    guard let i = targets.firstIndex(where: { $0.parameter == parameter }), isKnown[i] else {
      return
    }
    let l = arena.view(targets[i].factor)
    switch directions {
    case .dense(let v):
      let m = targets[i].factor.rows
      for first in stride(from: 0, to: v.rows, by: m) {
        machine.arena.solveTransposed(l, v.rows(first..<(first + m)))
      }
    case .rankOne(let a, _): machine.arena.solveTransposed(l, a)
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func append<S: Scalar>(_ numbers: Span<S>, to sums: inout [Double]) {
  for i in 0..<numbers.count { sums.append(Double(numbers[i])) }
}

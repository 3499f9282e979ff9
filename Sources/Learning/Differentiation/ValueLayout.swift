package import LinearAlgebra

/// Where the values of one step live in an arena.
package struct ValueLayout: Sendable {
  package let program: Program
  /// Trials, the rows of every register.
  package let rows: Int
  package let parameters: [Slot]
  /// Sets of parameters, of which each goes with an equal share of the rows: the first is
  /// `parameters`, usually the only one.
  let parameterSets: [[Slot]]
  /// The values of a step, one row a trial.
  package let registers: [Slot]
  /// `f′(x)` beside the output of every elementwise function.
  package let slopes: [Slot?]
  package let losses: [LossSlots]

  /// What a loss leaves behind at a step, in square-root form.
  ///
  /// With tangents z of the output the residual tangents are
  /// `ỹ = factor ∘ (z − Σ_d mean_d z_d)` (mean absent for the squared error); then the
  /// gradient is `Σ ỹ residual` and the Gauss-Newton matrix `Σ ỹ ỹᵀ`, exactly.
  package struct LossSlots: Sendable {
    package let factor: Slot
    package let residual: Slot
    package let mean: Slot?
  }

  /// Reserves the places of `rows` trials, without slopes where only values are wanted.
  package init(
    _ program: Program, rows: Int, parameters: [Slot]? = nil, withSlopes: Bool = true,
    in plan: inout ArenaPlan
  ) {
    let parameters =
      parameters
      ?? program.parameters.map { plan.reserve(rows: $0.rows, columns: $0.columns) }
    self.init(
      program, rows: rows, parameterSets: [parameters], withSlopes: withSlopes, in: &plan)
  }

  /// Reserves the places of `rows` trials with parameters that have places.
  init(
    _ program: Program, rows: Int, parameterSets: [[Slot]], withSlopes: Bool,
    in plan: inout ArenaPlan
  ) {
    self.program = program
    self.rows = rows
    self.parameterSets = parameterSets
    parameters = parameterSets[0]
    registers = program.widths.map { plan.reserve(rows: rows, columns: $0) }
    var slopes = [Slot?](repeating: nil, count: program.widths.count)
    for operation in program.start + program.step where withSlopes {
      if case .map(let out, _, _) = operation {
        slopes[out.index] = plan.reserve(rows: rows, columns: program.width(out))
      }
    }
    self.slopes = slopes
    losses = program.losses.map { loss in
      let width = program.width(loss.output)
      return LossSlots(
        factor: plan.reserve(rows: rows, columns: width),
        residual: plan.reserve(rows: rows, columns: width),
        mean: loss.kind == .crossEntropy ? plan.reserve(rows: rows, columns: width) : nil)
    }
  }

  /// Numbers that the values of a trial take at a step.
  package static func numbers(ofTrial program: Program, withSlopes: Bool = true) -> Int {
    // So many rows fill whole cache lines, whatever the widths.
    let rows = 16
    var plan = ArenaPlan()
    _ = ValueLayout(program, rows: rows, parameters: [], withSlopes: withSlopes, in: &plan)
    return plan.capacity / rows
  }

  /// Some rows of everything, with their sets of parameters.
  init(_ whole: ValueLayout, rows range: Range<Int>, sets: Range<Int>) {
    program = whole.program
    rows = range.count
    parameterSets = Array(whole.parameterSets[sets])
    parameters = parameterSets[0]
    registers = whole.registers.map { $0.rows(range) }
    slopes = whole.slopes.map { $0?.rows(range) }
    losses = whole.losses.map {
      LossSlots(
        factor: $0.factor.rows(range), residual: $0.residual.rows(range),
        mean: $0.mean?.rows(range))
    }
  }

  /// The rows of a set of parameters.
  func rows(ofSet i: Int) -> Range<Int> {
    let share = rows / parameterSets.count
    return (i * share)..<((i + 1) * share)
  }

  /// The slot of a register.
  package subscript(register: Register) -> Slot { registers[register.index] }
}

package import LinearAlgebra

/// Where the values of one step live in an arena.
package struct ValueLayout: Sendable {
  package let program: Program
  /// Trials, the rows of every register.
  package let rows: Int
  package let parameters: [Slot]
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
    self.program = program
    self.rows = rows
    self.parameters =
      parameters
      ?? program.parameters.map { plan.reserve(rows: $0.rows, columns: $0.columns) }
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

  /// The slot of a register.
  package subscript(register: Register) -> Slot { registers[register.index] }
}

internal import LinearAlgebra

/// What a step of tangents takes of one trial, counted from what a machine would carry out.
///
/// Tangents are counted as whole vectors, and of what the slope of a rectifier multiplies a half: the
/// kernels leave out the rest.
package struct TangentWork: Sendable, Equatable {
  /// Multiplications and additions of tangents with parameters.
  package private(set) var products = 0.0
  /// The same of inputs with dense directions.
  package private(set) var directions = 0.0
  /// Numbers that are read and written beside them.
  package private(set) var passes = 0.0
  /// Numbers that the directions themselves take, whatever the trials.
  package private(set) var held = 0.0

  /// Counts the work of directions in these blocks; `atMost` tangents go through a step together,
  /// with products rounded to bfloat16 or not, and a share of the steps has a loss.
  package init(
    _ program: Program, blocks: [TangentBlock], atMost most: Int, rounded: Bool = false,
    lossShare: Double = 1
  ) {
    let (groups, blocks) = TangentGroup.grouping(blocks, of: program, atMost: most)
    for block in blocks { held += block.numbers(program, rounded: rounded) }
    for group in groups {
      let plan = TangentPlan(program, moving: group.moving)
      let halves = plan.stepFactors.map { $0.hasZeros(program) }
      func share(_ factor: Int?) -> Double { factor.map { halves[$0] ? 0.5 : 1 } ?? 1 }
      let k = Double(group.width.tangents)
      for operation in plan.step {
        let often = operation.isForLossOnly ? lossShare : 1
        let width = Double(operation.width) * often
        let rows = width * min(share(operation.factor), share(operation.mask))
        for (reading, _) in operation.products {
          products += 2 * k * rows * Double(reading.rows) * share(reading.factor)
        }
        for (reading, _) in operation.rows { passes += k * Double(reading.rows) * often }
        passes += k * width
        for (x, p, _) in operation.directions {
          for block in blocks[group.blocks] {
            add(x.map { Double(program.width($0)) }, block, p, rows: rows)
          }
        }
      }
      for (loss, place) in zip(program.losses, plan.losses) where place != nil {
        passes += 2 * k * Double(program.width(loss.output)) * lossShare
      }
    }
  }

  /// The directions of a tensor that meets an input of some width; a bias meets none.
  private mutating func add(
    _ inputs: Double?, _ block: TangentBlock, _ parameter: ParameterID, rows: Double
  ) {
    let k = Double(TangentWidth.padded(block.tangents.count))
    switch block.forms[parameter] {
    case .dense?:
      directions += 2 * k * rows * (inputs ?? 0)
      passes += 2 * k * rows
    case .rankOne?: passes += k * (2 * (inputs ?? 0) + 3 * rows)
    case nil: break
    }
  }
}

extension TangentBlock {
  fileprivate func numbers(_ program: Program, rounded: Bool) -> Double {
    let k = TangentWidth.padded(tangents.count)
    return forms.reduce(0) { sum, moving in
      let parameter = program.parameters[moving.key.index]
      guard moving.value == .dense else {
        return sum + Double(k * (parameter.rows + parameter.columns))
      }
      let pairs =
        rounded && RoundedProducts.pay(parameter.rows, parameter.columns)
        ? RoundedProducts.pairs(parameter.columns, parameter.rows) : 0
      return sum + Double(k * (parameter.count + pairs))
    }
  }
}

extension Factor {
  /// Whether about half of its numbers are zero.
  fileprivate func hasZeros(_ program: Program) -> Bool {
    parts.contains { part in
      guard case .slope(let register) = part.source else { return false }
      return program.step.contains {
        if case .map(register, .relu, _) = $0 { true } else { false }
      }
    }
  }
}

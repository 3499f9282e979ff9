package import LinearAlgebra

/// Directions in parameter space that move together: the same tensors, the same form.
package struct TangentBlock: Sendable, Equatable {
  /// How a tensor moves along a direction.
  package enum Form: Sendable, Equatable {
    case dense
    /// `V_k = a_k b_kᵀ`: 2n numbers and no n² product. For tensors of several rows.
    case rankOne
  }

  /// The directions, counted on this rank.
  package let tangents: Range<Int>
  /// The tensors that move; the others are fixed along these directions.
  package let forms: [ParameterID: Form]

  package init(tangents: Range<Int>, forms: [ParameterID: Form]) {
    self.tangents = tangents
    self.forms = forms
  }
}

/// Where the directions of a block keep one tensor's part.
///
/// A row has the block's tangents side by side, and zeros up to whole vectors.
package enum DirectionSlots: Sendable {
  /// For each of the tensor's columns and rows, rows fastest.
  case dense(Slot)
  /// One row for each of the tensor's rows, and one for each column.
  case rankOne(a: Slot, b: Slot)
}

/// Blocks whose tangents live in the same values: they are carried through a step together.
struct TangentGroup {
  /// The places of its blocks in the machine's list.
  let blocks: Range<Int>
  let tangents: Range<Int>
  /// The tensors that move along any of its directions.
  let moving: Set<ParameterID>

  var width: TangentWidth { TangentWidth(tangents.count) }

  /// Groups of at most so many tangents, as equal as can be, and blocks that each belong to one.
  static func grouping(
    _ blocks: [TangentBlock], of program: Program, atMost most: Int
  ) -> (groups: [TangentGroup], blocks: [TangentBlock]) {
    var groups: [TangentGroup] = []
    var pieces: [TangentBlock] = []
    var rest = blocks.filter { !$0.tangents.isEmpty }[...]
    while let first = rest.first {
      let live = first.liveRegisters(program)
      let alike = rest.prefix { $0.liveRegisters(program) == live }
      rest = rest.dropFirst(alike.count)
      let (low, count) = (first.tangents.lowerBound, alike.reduce(0) { $0 + $1.tangents.count })
      let parts = (count + most - 1) / most
      for i in 0..<parts {
        let range = (low + count * i / parts)..<(low + count * (i + 1) / parts)
        let own = alike.compactMap { $0.within(range) }
        groups.append(
          TangentGroup(
            blocks: pieces.count..<(pieces.count + own.count), tangents: range,
            moving: Set(own.flatMap(\.forms.keys))))
        pieces += own
      }
    }
    return (groups, pieces)
  }
}

extension TangentBlock {
  /// The registers of a step that have a tangent.
  fileprivate func liveRegisters(_ program: Program) -> Set<Register> {
    TangentPlan(program, moving: Set(forms.keys)).activeRegisters
  }

  /// The part that lies in a range; nil if there is none.
  fileprivate func within(_ range: Range<Int>) -> TangentBlock? {
    let own = tangents.clamped(to: range)
    return own.isEmpty ? nil : TangentBlock(tangents: own, forms: forms)
  }

  func reserveDirections(_ program: Program, in plan: inout ArenaPlan) -> [DirectionSlots?] {
    let k = TangentWidth.padded(tangents.count)
    return program.parameters.indices.map { i in
      let parameter = program.parameters[i]
      switch forms[ParameterID(index: i)] {
      case .dense?: return .dense(plan.reserve(rows: parameter.count, columns: k))
      case .rankOne?:
        precondition(parameter.rows > 1, "\(parameter.name) has one row: use a dense direction")
        return .rankOne(
          a: plan.reserve(rows: parameter.rows, columns: k),
          b: plan.reserve(rows: parameter.columns, columns: k))
      case nil: return nil
      }
    }
  }
}

extension Program {
  /// Whether products with a parameter are large enough to be worth rounding.
  package var hasRoundedProducts: Bool {
    parameters.contains { RoundedProducts.pay($0.rows, $0.columns) }
  }

  /// Places for the pairs of dense directions, of those tensors whose products are worth rounding.
  func reservePairs(of directions: [DirectionSlots?], in plan: inout ArenaPlan) -> [Slot?] {
    zip(parameters, directions).map { parameter, slots in
      guard case .dense(let v)? = slots,
        RoundedProducts.pay(parameter.rows, parameter.columns)
      else { return nil }
      return plan.reserve(
        rows: RoundedProducts.pairs(parameter.columns, parameter.rows), columns: v.columns)
    }
  }
}

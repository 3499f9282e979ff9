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
package enum DirectionSlots: Sendable {
  /// rows × (tangents · columns): row i holds the tangents' rows i one after the other.
  case dense(Slot)
  /// a is rows × tangents, b is tangents × columns.
  case rankOne(a: Slot, b: Slot)
}

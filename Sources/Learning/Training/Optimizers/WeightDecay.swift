package import Differentiation

/// Weights that shrink by themselves, whatever the gradient: `W ← (1 − η λ) W`.
///
/// It acts on matrices that are trained, and leaves biases and starting states alone.
/// Reference: Loshchilov, Hutter (ICLR 2019).
package struct WeightDecay: Sendable {
  private let strength: Double
  private let ranges: [Range<Int>]

  /// A decay of λ ≥ 0; 0 for none.
  package init(_ program: Program, strength: Double) {
    self.strength = strength
    ranges = strength > 0 ? program.freeMatrices.map(\.range) : []
  }

  /// Shrinks the weights once.
  func apply(to parameters: inout [Double], rate: Double) {
    for range in ranges {
      for i in range { parameters[i] *= 1 - rate * strength }
    }
  }
}

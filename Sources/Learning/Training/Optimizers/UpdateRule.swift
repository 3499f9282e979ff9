internal import Differentiation

/// What a gradient does to the parameters, the same on every rank.
package protocol UpdateRule: Sendable {
  /// Whether it multiplies or factorises matrices, which processors of several kinds round each
  /// in its own way.
  static var multipliesMatrices: Bool { get }
  /// What a step leaves to the next, number by number.
  var memory: [Double] { get set }

  /// Moves the parameters along a gradient that is finite.
  ///
  /// - Parameters:
  ///   - parameters: all of them, moved in place.
  ///   - gradient: ∂L/∂θ, 0 for fixed parameters.
  ///   - rate: the learning rate of this step.
  mutating func update(_ parameters: inout [Double], along gradient: [Double], rate: Double)
}

extension Program {
  /// The parameters that are trained and are matrices; biases and starting states are not.
  var freeMatrices: [Parameter] {
    parameters.filter { !$0.isFixed && $0.rows > 1 && $0.columns > 1 }
  }

  /// The places of all other parameters.
  var otherRanges: [Range<Int>] {
    parameters.filter { $0.isFixed || $0.rows == 1 || $0.columns == 1 }.map(\.range)
  }
}

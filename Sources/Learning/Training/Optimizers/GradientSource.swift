package import Differentiation
package import LinearAlgebra
package import Runtime

/// Where a gradient comes from, the trials shared among the ranks.
package protocol GradientSource: ~Copyable {
  associatedtype Number: Scalar
  /// This rank's trials of a batch.
  var ownTrials: Range<Int> { get }
  /// Bytes of this rank's work space.
  var bytes: Int { get }

  /// The batch's loss and its gradient, 0 for fixed parameters (collective).
  ///
  /// - Throws: `StopPacer.Interrupted`, with everything as it was before; what communication
  ///   throws.
  mutating func evaluate(
    _ trials: Trials<Number>, iteration: Int, parameters: [Double], phases: Phases,
    pacer: StopPacer
  ) throws -> (loss: Double, gradient: [Double])

  /// Replaces the parameters by those of the first rank (collective).
  func agree(on parameters: inout [Double]) throws
}

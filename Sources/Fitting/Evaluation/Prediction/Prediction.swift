package import LinearAlgebra
package import Networks

extension RateNetwork {
  /// The rates of this rank's neurons predicted one step ahead from recorded frames: entry
  /// (i, k) is for the frame after `frames[k]`.
  ///
  /// - Complexity: 2 N² flops a frame over all ranks; no communication.
  package func predictOneStep(on observed: ObservedRates<S>, at frames: ArraySlice<Int>)
    -> Matrix<S>
  {
    next(after: observed.regressors(at: frames))
  }
}

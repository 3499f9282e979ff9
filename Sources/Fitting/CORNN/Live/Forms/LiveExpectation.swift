/// What was expected of a transition before it came.
package struct LiveExpectation {
  /// `s = θᵀ x` of this rank's neurons; in the dual form by the weights without the transition
  /// that leaves.
  package let currents: [Double]
  /// The increments by the linear rival, of this rank's neurons; none where there is no rival.
  package let increments: [Double]
}

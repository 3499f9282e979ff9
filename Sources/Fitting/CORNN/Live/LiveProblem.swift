package import Kernels

/// What a fit that follows a recording minimises, over the latest transitions.
///
/// Per neuron i, with `s = X θ` over the transitions in the window:
/// ```
/// F_i(θ) = Σ_t φ(s_t; d_t) + ridge/2 ‖θ‖²,   θ_i = 0 unless it may excite itself
/// ```
/// A transition that has not come yet, or was left out, is a row of zeros without target: it
/// adds nothing, so the window is whole from the beginning.
package struct LiveProblem: Sendable {
  /// All neurons: the first regressors.
  package let neurons: Int
  /// Regressors that follow the neurons: inputs, then the constant of the bias.
  package let others: Int
  /// This rank's neurons.
  package let local: Range<Int>
  /// Transitions in the window, T.
  package let window: Int
  /// The penalty on ‖θ‖² / 2: λ T with λ a strength per frame; > 0.
  package let ridge: Double
  package let loss: PointwiseLoss
  /// Whether a neuron may excite itself.
  package let selfConnections: Bool
  /// Whether the ridge regression of increments goes along as a yardstick.
  package let hasRival: Bool

  package init(
    neurons: Int, others: Int, local: Range<Int>, window: Int, ridge: Double,
    loss: PointwiseLoss, selfConnections: Bool, hasRival: Bool = false
  ) {
    precondition(window > 0 && ridge > 0, "a window of \(window), a ridge of \(ridge)")
    precondition(local.upperBound <= neurons, "neurons \(local) of \(neurons)")
    self.neurons = neurons
    self.others = others
    self.local = local
    self.window = window
    self.ridge = ridge
    self.loss = loss
    self.selfConnections = selfConnections
    self.hasRival = hasRival
  }

  /// All regressors, M.
  package var regressors: Int { neurons + others }
}

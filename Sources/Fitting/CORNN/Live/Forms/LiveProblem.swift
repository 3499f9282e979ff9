package import Kernels

/// What a fit that follows a recording minimises, over the latest transitions.
///
/// Per neuron i, with `s = X θ` over the transitions in the window:
/// ```
/// F_i(θ) = Σ_t φ(s_t; d_t) + ridge/2 ‖θ‖²,   θ_i = 0 unless it may excite itself
/// ```
/// Where transitions are forgotten by and by (``LiveMemory``) each counts by what is left of it.
/// A transition that has not come yet, or was left out, is a row of zeros without target: it
/// adds nothing, so the window is whole from the beginning.
package struct LiveProblem: Sendable {
  /// All neurons: the first regressors.
  package let neurons: Int
  /// Regressors that follow the neurons: inputs, then the constant of the bias.
  package let others: Int
  /// This rank's neurons.
  package let local: Range<Int>
  /// Which transitions count.
  package let memory: LiveMemory
  /// Transitions in the window, T; those for which there is room at first where it grows, and
  /// those that a cut may keep where they are forgotten by and by.
  package let window: Int
  /// The penalty on ‖θ‖² / 2: λ T with λ a strength per frame; > 0.
  ///
  /// Where the window grows it is that of `window` transitions, and grows with them.
  package let ridge: Double
  package let loss: PointwiseLoss
  /// Whether a neuron may excite itself.
  package let selfConnections: Bool
  /// Whether the ridge regression of increments goes along as a yardstick.
  package let hasRival: Bool

  package init(
    neurons: Int, others: Int, local: Range<Int>, window: Int, ridge: Double,
    loss: PointwiseLoss, selfConnections: Bool, hasRival: Bool = false,
    memory: LiveMemory = .sliding
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
    self.memory = memory
  }

  /// The latest transitions that count when the fit begins with some.
  var mostTransitions: Int {
    switch memory {
    case .sliding: window
    case .growing: .max
    case .forgetting(let halfLife): max(1, Int(LiveMemory.equivalent(halfLife: halfLife).rounded()))
    }
  }

  /// The same problem of a window of its own.
  func sliding(over window: Int) -> LiveProblem {
    LiveProblem(
      neurons: neurons, others: others, local: local, window: window, ridge: ridge, loss: loss,
      selfConnections: selfConnections, hasRival: hasRival)
  }

  /// All regressors, M.
  package var regressors: Int { neurons + others }
}

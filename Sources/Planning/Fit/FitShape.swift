internal import CORNN

/// The sizes of what is fitted.
package struct FitShape: Equatable, Sendable {
  package var neurons: Int
  /// External inputs.
  package var inputs: Int
  package var frames: Int
  /// Last share of the frames in [0, 1), kept from the fit.
  package var holdout: Double
  /// Whether each neuron has a constant input.
  package var bias: Bool

  package init(neurons: Int, inputs: Int, frames: Int, holdout: Double, bias: Bool) {
    self.neurons = neurons
    self.inputs = inputs
    self.frames = frames
    self.holdout = holdout
    self.bias = bias
  }

  private var fittedFrames: Int {
    PreparedRecording<Double>.fittedFrames(of: frames, holdout: holdout).count
  }

  /// T, fitted transitions of a recording of one trial.
  package var transitions: Int { max(0, fittedFrames - 1) }
  /// U, held-out transitions of a recording of one trial.
  package var heldOut: Int { max(0, frames - fittedFrames - 1) }
  /// M, the unknowns of a neuron in the primal form.
  package var regressors: Int { neurons + inputs + (bias ? 1 : 0) }
}

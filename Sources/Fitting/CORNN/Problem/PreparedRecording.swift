package import LinearAlgebra

/// This rank's share of a recording, preprocessed: what a fit takes.
package struct PreparedRecording<S: Scalar>: ~Copyable {
  /// This rank's neurons × frames; rates in (−1, 1), NaN where missing.
  package let rates: Matrix<S>
  /// This rank's neurons, among all.
  package let local: Range<Int>
  /// All neurons.
  package let neurons: Int
  /// Inputs × frames, the same on every rank.
  package let inputs: Matrix<S>
  /// First frames of trials.
  package let trialStarts: [Int]
  /// Frames that are fitted, and frames that are kept for the scores.
  package let fittedFrames: Range<Int>
  package let heldOutFrames: Range<Int>

  /// Splits the frames into the fitted first and the held-out last share.
  ///
  /// `holdout` is the share of the frames, in [0, 1), that is kept from the fit.
  package init(
    rates: consuming Matrix<S>, local: Range<Int>, neurons: Int, inputs: consuming Matrix<S>,
    trialStarts: [Int], holdout: Double
  ) {
    let frames = rates.columns
    precondition(rates.rows == local.count, "\(rates.rows) rows for neurons \(local)")
    precondition(inputs.rows == 0 || inputs.columns == frames, "inputs have other frames")
    precondition(holdout >= 0 && holdout < 1, "holdout \(holdout)")
    self.rates = rates
    self.local = local
    self.neurons = neurons
    self.inputs = inputs
    self.trialStarts = trialStarts
    fittedFrames = Self.fittedFrames(of: frames, holdout: holdout)
    heldOutFrames = fittedFrames.upperBound..<frames
  }

  /// The frames that a fit may see.
  package static func fittedFrames(of frames: Int, holdout: Double) -> Range<Int> {
    0..<(frames - Int((Double(frames) * holdout).rounded(.down)))
  }
}

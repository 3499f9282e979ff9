/// Where the directions of a step come from.
package enum DirectionSource: String, CaseIterable, Sendable {
  /// Drawn anew at every step.
  case random
  /// Those of a tape, each tensor its own: the gradient, its running mean, Adam's step, and the
  /// last step that was taken.
  case informed
  /// Adam's step and the last step that was taken, each over all tensors.
  case pair
}

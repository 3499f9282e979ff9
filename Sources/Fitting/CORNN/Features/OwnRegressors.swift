internal import Collectives
internal import LinearAlgebra

/// Which of a form's regressors is each of this rank's neurons itself, where its own weight is left
/// out.
struct OwnRegressors: Sendable {
  /// By local index; nil where the weight is free, or the neuron is none of the regressors.
  private let places: [Int?]
  /// Whether the own weight of some neuron is left out.
  let leavesOut: Bool

  init(_ places: [Int?]) {
    self.places = places
    leavesOut = places.contains { $0 != nil }
  }

  /// Of all neurons alike.
  init<S>(in regressors: Regressors<S>, excludesSelf: Bool) {
    self.init(regressors.local.map { excludesSelf ? $0 : nil })
  }

  subscript(neuron: Int) -> Int? { places[neuron] }
}

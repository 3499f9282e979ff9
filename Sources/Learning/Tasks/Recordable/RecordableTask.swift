internal import Differentiation
internal import LinearAlgebra
internal import RandomNumbers

/// A task whose network is a `TanhCell`, so that it can be run as the teacher of a fit.
///
/// Its channels are `z0`, `u` and `target`, and maybe more.
package protocol RecordableTask: LearningTask {
  var cell: TanhCell { get }
  /// Width of u, and of y.
  var inputs: Int { get }
  var outputs: Int { get }
}

/// A trial as a recording has it.
package struct RecordedTrial: Sendable {
  /// The leaking variable of every unit before the first step.
  package let start: [Double]
  /// `step · inputs + input`, and what is wanted after the step: `step · outputs + output`.
  package var inputs: [Double]
  package let targets: [Double]
}

extension RecordableTask {
  /// A trial that no training has seen: a function of seed and index alone.
  package func recordedTrial(_ index: Int, seed: UInt64) -> RecordedTrial {
    var numbers = TrialRandom(RandomStream(seed: seed, purpose: .recordedTrials, k: index))
    let channels = trial(&numbers, heldOut: true)
    return RecordedTrial(start: channels[0], inputs: channels[1], targets: channels[2])
  }
}

internal import RealModule

/// How the learning rate changes over a run.
package struct LearningRateSchedule: Sendable, Equatable {
  /// How it goes on after the warm-up.
  package enum Shape: String, CaseIterable, Sendable {
    case constant
    /// Straight down to 0.
    case linear
    /// Down to 0 along half a period of a cosine (Loshchilov, Hutter, ICLR 2017).
    case cosine
  }

  /// What follows the warm-up.
  package var shape = Shape.constant
  /// The share of the run over which the rate grows from 0, in [0, 1).
  package var warmup = 0.0

  package init() {}

  /// What the learning rate is multiplied by, where a share of the run in [0, 1] is done.
  package func factor(at progress: Double) -> Double {
    if progress < warmup { return progress / warmup }
    let rest = min(1, (progress - warmup) / (1 - warmup))
    return switch shape {
    case .constant: 1
    case .linear: 1 - rest
    case .cosine: (1 + Double.cos(.pi * rest)) / 2
    }
  }
}

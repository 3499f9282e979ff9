private import Glibc

/// What a network that runs by itself is judged by: its rate r̂ against the recorded one, r.
enum RateLoss: Sendable, CaseIterable {
  /// `(r̂ − r)² / 2`.
  case squaredError
  /// `((1 + r) ln((1 + r) / (1 + r̂)) + (1 − r) ln((1 − r) / (1 − r̂))) / 2`: the deviance of
  /// a variable of ±1 with mean r.
  case crossEntropy

  /// The loss and its derivative by r̂.
  func value(_ rate: Double, recorded: Double) -> (loss: Double, slope: Double) {
    switch self {
    case .squaredError:
      let error = rate - recorded
      return (error * error / 2, error)
    case .crossEntropy:
      let p = max(-Self.bound, min(Self.bound, rate))
      let r = max(-Self.bound, min(Self.bound, recorded))
      let up = (1 + r) * log((1 + r) / (1 + p))
      let down = (1 - r) * log((1 - r) / (1 - p))
      return ((up + down) / 2, (p - r) / (1 - p * p))
    }
  }

  /// Rates are kept this far within (−1, 1), as targets of a fit are (1 − 1e-6).
  private static var bound: Double { 1 - 1e-6 }
}

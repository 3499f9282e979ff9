internal import Statistics

/// How far forecasts were off, against those of persistence on the same frames.
package struct ErrorRatio: Sendable {
  /// Sums of squared errors over all frames.
  package private(set) var error = 0.0
  package private(set) var persistence = 0.0
  /// Frames that were scored.
  package private(set) var frames = 0
  private var recentError = 0.0
  private var recentPersistence = 0.0

  /// Frames after which an error counts 1/e in the recent skill.
  package static let memory = 600.0

  /// Counts a frame by its sums over neurons.
  mutating func note(error e: Double, persistence p: Double) {
    error += e
    persistence += p
    frames += 1
    let kept = 1 - 1 / Self.memory
    recentError = kept * recentError + e
    recentPersistence = kept * recentPersistence + p
  }

  /// `1 − error / error of persistence`; NaN before anything was scored.
  package var skill: Double { 1 - error / persistence }

  /// The same of the last frames.
  package var recentSkill: Double { 1 - recentError / recentPersistence }
}

/// The forecasts of a live fit that have come due: each was made before its frame was seen.
package struct ForecastScores: Sendable {
  /// One frame ahead.
  package internal(set) var next = ErrorRatio()
  package internal(set) var rivalNext = ErrorRatio()
  /// As many frames ahead as the horizon.
  package internal(set) var last = ErrorRatio()
  package internal(set) var rivalLast = ErrorRatio()
}

/// Errors one frame ahead of each of this rank's neurons.
struct NeuronErrors {
  private var error: [Double]
  private var persistence: [Double]
  private var rates: [Moments]

  init(neurons: Int) {
    error = [Double](repeating: 0, count: neurons)
    persistence = error
    rates = [Moments](repeating: Moments(), count: neurons)
  }

  mutating func note(neuron i: Int, error e: Double, persistence p: Double, rate: Double) {
    error[i] += e
    persistence[i] += p
    rates[i].add(rate)
  }

  /// NaN for neurons that were never scored.
  var scores: Scores {
    Scores(
      mse: error.indices.map { error[$0] / rates[$0].count },
      persistence: error.indices.map { persistence[$0] / rates[$0].count },
      r2: error.indices.map { 1 - error[$0] / rates[$0].squares })
  }
}

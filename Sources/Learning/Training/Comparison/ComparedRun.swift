internal import Tasks

/// A run of a comparison that is over.
package struct ComparedRun: Sendable, Codable {
  package let job: ComparisonJob
  package let settings: TunedSettings
  /// Iterations, and the seconds of training that they took.
  package let iterations: Int
  package let seconds: Double
  /// The lowest held-out loss.
  package let loss: Double
  /// The task's first score of those parameters; NaN if it has none.
  package let score: Double
  /// Whether the run ran away; what it was before counts.
  package let isDiverged: Bool
  /// Bytes of the first rank's work space.
  package let workSpace: Int
  /// Held-out losses over iterations and time.
  package let evaluation: TrainLog

  /// Notes what a run has left.
  package init(_ job: ComparisonJob, _ settings: TunedSettings, _ result: TrainResult) {
    self.job = job
    self.settings = settings
    iterations = result.log.iteration.count
    seconds = result.log.elapsed.last ?? 0
    loss = result.bestLoss
    score = result.scores.first?.value ?? .nan
    isDiverged = result.divergence != nil
    workSpace = result.bytes
    evaluation = result.evaluation
  }
}

/// A run of a comparison that is to come.
package struct ComparisonJob: Sendable, Codable, Equatable {
  package let method: Trainer.Method
  package let seed: UInt64
  package let point: TunedPoint
  /// Whether it finds settings; otherwise it counts.
  package let isTuning: Bool
}

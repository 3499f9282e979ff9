package import Differentiation
package import Tasks

/// What training leaves: parameters, log, evaluations and scores.
package struct TrainResult: Sendable {
  package let program: Program
  /// The best parameters by held-out loss.
  package var parameters: [Double]
  /// The parameters after the last iteration.
  package var lastParameters: [Double]
  package var bestIteration = 0
  package var bestLoss = Double.infinity
  /// The iteration at which the loss was no longer finite and the run ended.
  package var divergedAt: Int?
  /// Whether and how the training ran away.
  package var divergence: Divergence?
  package var log = TrainLog()
  package var evaluation = TrainLog()
  /// Whether the held-out loss came down to where the training was to end.
  package var hasReachedGoal = false
  /// Whether the caller stopped the run before its last iteration.
  package var wasStopped = false
  /// The task's own scores of the best parameters.
  package var scores: [Score] = []
  /// What the network does with the best parameters.
  package var pictures: [Picture] = []
  /// Bytes of this rank's work space.
  package var bytes = 0
}

/// One entry an iteration (or an evaluation).
package struct TrainLog: Sendable, Codable {
  package var iteration: [Int] = []
  package var loss: [Double] = []
  /// Seconds since the start, evaluations not counted.
  package var elapsed: [Double] = []
  /// The damping and learning rate of the step; NaN where none was taken or used.
  package var damping: [Double] = []
  package var learningRate: [Double] = []
  /// Of a classifier's evaluations: the share of decisions that are right; nil for other tasks.
  package var accuracy: [Double]?

  package init() {}
}

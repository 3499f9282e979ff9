/// A run between two iterations: what a checkpoint keeps, the same on every rank.
///
/// Random numbers are functions of the iteration, so a run resumed from its state goes on
/// bit for bit as if it had not stopped, on the same grid.
package struct TrainState: Sendable, Codable {
  /// The next iteration.
  package var iteration = 0
  package var parameters: [Double] = []
  /// The parameters with the lowest held-out loss so far.
  package var bestParameters: [Double] = []
  package var bestIteration = 0
  package var bestLoss = Double.infinity
  package var log = TrainLog()
  package var evaluation = TrainLog()
  /// Seconds of training so far.
  package var elapsed = 0.0
  /// The optimiser's own memory.
  package var memory: [Double] = []

  package init() {}
}

/// What the caller wants after an iteration; where ranks differ, the highest counts.
package enum TrainDecision: Int, Sendable {
  case goOn, save, stop
}

/// A training that ends by the clock, so that methods are compared at equal time.
package struct TimeBudget: Sendable, Equatable {
  /// Seconds of training, evaluations not counted.
  package let seconds: Double
  /// Evaluations, evenly spread over them; the first is before the first step.
  package let evaluations: Int

  package init(seconds: Double, evaluations: Int) {
    self.seconds = seconds
    self.evaluations = evaluations
  }

  /// Whether the next evaluation is due.
  func isEvaluationDue(at elapsed: Double, done: Int) -> Bool {
    elapsed >= seconds * Double(done) / Double(evaluations)
  }
}

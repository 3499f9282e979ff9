/// How good weights are, over all neurons.
package struct Quality: Equatable, Sendable {
  /// Deviance of the cross entropy plus ridge: what every method is measured by, whatever it
  /// minimises itself.
  package var objective: Double
  /// Squared one-step errors of the held-out frames over those of persistence; NaN without any.
  package var error: Double
  /// Pearson's correlation of all weights between different neurons with the true ones; NaN where
  /// these are not known.
  package var weightCorrelation: Double
}

/// The quality of a method's weights against the time it took to reach them.
package struct MethodLog: Equatable, Sendable {
  /// One measurement.
  package struct Point: Equatable, Sendable {
    /// Iterations done: a method that looks at a part of the transitions counts parts of one.
    package let iteration: Double
    /// Wall time since the method began, the slowest rank's, that of measurements left out.
    package let seconds: Double
    package let quality: Quality

    package init(iteration: Double, seconds: Double, quality: Quality) {
      self.iteration = iteration
      self.seconds = seconds
      self.quality = quality
    }
  }

  /// In the order of time.
  package var points: [Point] = []
  /// Why the method ended.
  package var ending = MethodEnding.iterationLimit

  package init() {}
}

/// Why a method ended.
package enum MethodEnding: Equatable, Sendable {
  /// It found nothing more to do.
  case finished
  /// It did as many iterations as were asked for.
  case iterationLimit
  /// The weights are as close to the true ones as was asked for.
  case reached
  /// It was asked to stop, or its time was up.
  case stopped
  /// It ran away, which showed at this iteration; the weights of the least objective are kept.
  case diverged(iteration: Double)
}

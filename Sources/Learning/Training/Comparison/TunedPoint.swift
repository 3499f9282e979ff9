internal import RealModule
internal import SOFO

/// A place on the grid of a method's settings, counted from the usual ones.
package struct TunedPoint: Hashable, Sendable, Codable {
  /// Quarters of a factor of ten: of the learning rate, or of FORCE's regularisation.
  package var rate = 0
  /// Halves of a factor of ten: of SOFO's damping.
  package var damping = 0

  package init(rate: Int = 0, damping: Int = 0) {
    self.rate = rate
    self.damping = damping
  }

  /// What the rate is multiplied by.
  var rateFactor: Double { Double.pow(10, Double(rate) / 4) }
  /// What the damping is multiplied by.
  var dampingFactor: Double { Double.pow(10, Double(damping) / 2) }
}

/// What a comparison finds out about a method's settings.
package struct TunedSettings: Sendable, Codable, Equatable {
  /// The learning rate, or FORCE's α.
  package let rate: Double
  /// SOFO's damping; nil for methods without one that is tuned.
  package let damping: Double?

  package init(rate: Double, damping: Double?) {
    self.rate = rate
    self.damping = damping
  }

  /// In words of the command line.
  package func flags(of method: Trainer.Method) -> [(name: String, value: Double)] {
    var flags = [(name: method == .force ? "--force-alpha" : "--learning-rate", value: rate)]
    if let damping { flags.append((name: "--damping", value: damping)) }
    return flags
  }
}

extension Trainer.Settings {
  /// Whether a comparison tunes the damping: where nothing else finds it.
  private var tunesDamping: Bool {
    method == .sofo && subspace.rule == .relative
  }

  /// How a comparison tunes them.
  package var search: PatternSearch { PatternSearch(tunesDamping: tunesDamping) }

  /// The settings at a place on the grid whose origin they are.
  package func tuned(to point: TunedPoint) -> Trainer.Settings {
    var settings = self
    switch method {
    case .force: settings.alpha *= point.rateFactor
    case .sofo, .forwardGradient, .firstOrder: settings.subspace.learningRate *= point.rateFactor
    case .adam, .adamw, .soap, .muon, .eggroll: settings.learningRate *= point.rateFactor
    }
    // Relative to the largest eigenvalue, so never above 1.
    if tunesDamping {
      settings.subspace.damping = min(1, settings.subspace.damping * point.dampingFactor)
    }
    return settings
  }

  /// The numbers that a comparison tunes.
  package var tunedSettings: TunedSettings {
    let rate =
      method == .force ? alpha : method.usesDirections ? subspace.learningRate : learningRate
    return TunedSettings(rate: rate, damping: tunesDamping ? subspace.damping : nil)
  }
}

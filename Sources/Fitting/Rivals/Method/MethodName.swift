/// The methods of a fit.
package enum MethodName: String, Sendable, CaseIterable {
  /// The program's own.
  case cornn
  /// The published iteration, with ADMM where self-connections are excluded.
  case published
  /// Newton's, neuron by neuron.
  case newton
  /// Adam, on all transitions or on some of them a step.
  case adam
  /// FORCE, recursive least squares on rates.
  case forceRates = "force-rates"
  /// FORCE on currents.
  case forceCurrents = "force-currents"
  /// Backpropagation through time.
  case bptt

  /// Whether it is a rival of the program's own.
  package var isRival: Bool { self != .cornn }
}

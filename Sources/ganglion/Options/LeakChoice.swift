internal import ArgumentParser

/// `--alpha`: the leak, `auto` or `per-neuron`.
enum LeakChoice: ExpressibleByArgument, Equatable {
  case auto
  case perNeuron
  case value(Double)

  init?(argument: String) {
    switch argument {
    case "auto": self = .auto
    case "per-neuron": self = .perNeuron
    default:
      guard let value = Double(argument) else { return nil }
      self = .value(value)
    }
  }

  /// The given value; nil where it is to be chosen.
  var given: Double? {
    if case .value(let alpha) = self { alpha } else { nil }
  }
}

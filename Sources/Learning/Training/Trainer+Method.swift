package import SOFO

extension Trainer {
  /// The methods, by their names on the command line.
  package enum Method: String, CaseIterable, Sendable, Codable {
    case sofo
    case adam
    case forwardGradient = "fgd"
    case firstOrder = "sofo-first-order"
    case force
    case adamw, soap, muon, eggroll

    /// The name that its paper gives it.
    package var title: String {
      switch self {
      case .sofo: "SOFO"
      case .adam: "Adam"
      case .forwardGradient: "forward gradient descent"
      case .firstOrder: "first-order SOFO"
      case .force: "FORCE"
      case .adamw: "AdamW"
      case .soap: "SOAP"
      case .muon: "Muon"
      case .eggroll: "EGGROLL"
      }
    }

    /// What the method makes of random directions; nil for one that takes none.
    package var sketch: SOFO.Method? {
      switch self {
      case .sofo: .gaussNewton
      case .forwardGradient: .forwardGradient
      case .firstOrder: .projectedGradient
      case .adam, .force, .adamw, .soap, .muon, .eggroll: nil
      }
    }

    /// Whether a step is taken in a subspace of random directions, by ranks in a grid.
    package var usesDirections: Bool { sketch != nil }

    /// Whether it follows a gradient, by a learning rate that may change over the run.
    package var usesGradient: Bool { usesTape || self == .eggroll }

    /// Whether the gradient comes from a tape of all steps.
    package var usesTape: Bool { [.adam, .adamw, .soap, .muon].contains(self) }

    /// Whether weights decay by themselves.
    package var hasWeightDecay: Bool { [.adamw, .soap, .muon].contains(self) }

    /// The learning rate of a method with a gradient where the user gives none.
    package var usualLearningRate: Double { self == .soap ? 3e-3 : 1e-3 }

    /// The weight decay where the user gives none.
    package var usualWeightDecay: Double { hasWeightDecay ? 0.01 : 0 }
  }
}

extension Trainer.Settings {
  /// How long the steps along a gradient are.
  var steps: StepSettings {
    var steps = StepSettings()
    steps.learningRate = learningRate
    steps.schedule = schedule
    steps.clip = clip
    return steps
  }
}

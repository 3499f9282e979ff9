internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import Foundation
internal import Results
internal import Wording

/// How a model was fitted, as its file says.
struct StoredFit {
  let loss: NamedLoss
  let configuration: Configuration
  let constraints: ConstraintOptions
  /// Iterations of `ganglion refine` that moved the weights away from the solution of the fit.
  let refined: Int

  /// Where a result keeps how many these are.
  static let refinedSetting = "refined-iterations"
  /// The setting of `refine` that says whether held-out blocks chose the ridge of the fit: its curve is
  /// not in the refined model.
  static let ridgeChosenSetting = "ridge-chosen"

  /// - Throws: `CommandLineError` (64) for a model of another method, 65 for one that does not say
  ///   how it was fitted.
  init(_ model: ModelFile) throws {
    let settings = model.settings
    if let method = settings["method"] as? String, method != "cornn" {
      throw CommandLineError.usage(
        "\(model.path) was fitted by --method \(method), and what is done here is known of"
          + " --method cornn only")
    }
    guard let name = settings["loss"] as? String, model.lambda > 0 else {
      throw CommandLineError(
        exitCode: ExitCode.badData,
        description: "\(model.path): does not say its loss and ridge; fit it anew")
    }
    loss = try Self.loss(name, settings)
    configuration = Self.configuration(model.lambda, settings)
    constraints = try Self.constraints(settings)
    refined = Self.number(Self.refinedSetting, settings).map { Int($0) } ?? 0
  }

  private static func number(_ name: String, _ settings: [String: Any]) -> Double? {
    (settings[name] as? NSNumber)?.doubleValue
  }

  private static func isSet(_ name: String, _ settings: [String: Any]) -> Bool {
    (settings[name] as? NSNumber)?.boolValue ?? false
  }

  /// The loss: one that was chosen, by its name, or one with the numbers that were given.
  private static func loss(_ name: String, _ settings: [String: Any]) throws -> NamedLoss {
    if let chosen = NamedLoss.chosen(name) { return chosen }
    var words = ["--loss", name]
    for flag in ["threshold", "noise-ratio"] {
      if let value = number(flag, settings) { words += ["--\(flag)", "\(value)"] }
    }
    return try ModelOptions.parse(words).losses[0]
  }

  private static func configuration(
    _ lambda: Double, _ settings: [String: Any]
  ) -> Configuration {
    var configuration = Configuration()
    configuration.lambda = lambda
    configuration.selfConnections = isSet("self-connections", settings)
    configuration.bias = isSet("bias", settings)
    configuration.tolerance = number("tolerance", settings) ?? configuration.tolerance
    configuration.iterations =
      number("iterations", settings).map { Int($0) } ?? configuration.iterations
    configuration.searchesInFeatures = settings["precision"] as? String != Precision.double.rawValue
    if let range = settings["targets"] as? String {
      configuration.targetRange = TargetRange(rawValue: range) ?? configuration.targetRange
    }
    return configuration
  }

  private static func constraints(_ settings: [String: Any]) throws -> ConstraintOptions {
    var words = isSet("non-negative", settings) ? ["--non-negative"] : []
    for flag in ["mask", "signs", "regions", "region-mask"] {
      if let text = settings[flag] as? String { words += ["--\(flag)", text] }
    }
    return try ConstraintOptions.parse(words)
  }
}

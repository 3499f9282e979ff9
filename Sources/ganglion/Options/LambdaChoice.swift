internal import ArgumentParser
internal import Wording

/// `--lambda`: the ridge per frame, or `auto`.
enum LambdaChoice: ExpressibleByArgument, Equatable {
  case auto
  case value(Double)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let value = Double(argument) {
      self = .value(value)
    } else {
      return nil
    }
  }

  /// The given value; nil for `auto`.
  var given: Double? {
    switch self {
    case .auto: nil
    case .value(let value): value
    }
  }

  var defaultValueDescription: String { given.map { asGiven($0) } ?? "auto" }
}

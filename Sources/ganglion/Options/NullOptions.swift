internal import ArgumentParser
internal import CORNN
internal import Wording

/// How weights are compared with those of null targets.
struct NullOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Compare every weight with those of this many null targets, at least 20: p values, false \
      discovery rates, and those of pairs of regions. Needs the recording that was fitted.
      """, valueName: "nulls"))
  var nulls: Int?
  @Option(
    name: .customLong("null"),
    help: """
      How a neuron's targets lose their relation to the others: phase (the phase of each frequency \
      drawn anew), or shift (in a circle, by a tenth of the frames at least; for recordings that are \
      far longer than rates are correlated).
      """)
  var kind = NullKind.phase
  @Option(
    help: """
      Leading components of the population beside the regressors, against drives that neurons \
      share: auto, one more than parallel analysis tells from chance if it tells any, and then \
      nulls without and with them, of whose p values the larger counts (twice the time); or a \
      number from 0, nulls with so many and no others.
      """)
  var components = ComponentChoice.auto
  @Option(help: "Seed of the nulls.") var seed: UInt64 = 1

  func validate() throws {
    if let nulls {
      try require(
        nulls >= NullSettings.fewest,
        "--nulls is \(nulls), expected at least \(NullSettings.fewest): fewer cannot tell 1 in 20"
          + " from chance")
    }
    if case .value(let count) = components {
      try require(count >= 0, "--components is \(count), expected auto or a number from 0")
    }
  }

  /// The flags that need some of the others.
  var conditions: [FlagCondition] {
    [
      FlagCondition(
        ["null", "components", "seed"], when: nulls != nil, else: "it belongs to --nulls")
    ]
  }

  /// What a file says of it; nothing where no null was asked for.
  var settings: [String: any Encodable & Sendable] {
    guard let nulls else { return [:] }
    return [
      "nulls": nulls, "null": kind.rawValue, "components": components.defaultValueDescription,
      "seed": seed,
    ]
  }
}

/// `--components`: a number, or `auto`.
enum ComponentChoice: ExpressibleByArgument, Equatable {
  case auto
  case value(Int)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let value = Int(argument) {
      self = .value(value)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .auto: "auto"
    case .value(let count): "\(count)"
    }
  }
}

extension NullKind: ExpressibleByArgument {}

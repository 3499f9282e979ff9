internal import ArgumentParser
internal import Wording

/// Whether fits to parts of the recording are held against each other.
struct PartOptions: ParsableArguments {
  @Flag(
    help: """
      Fit both halves of the recording (every other of 20 blocks of the fitted frames) as the whole \
      was fitted, and say how far their weights agree. Needs the recording that was fitted.
      """)
  var splitHalves = false
  @Option(
    help: ArgumentHelp(
      """
      Fit this many resamples of the same 20 blocks, drawn with replacement, at least 20: in how \
      many of them each weight has its sign, and how far it moves.
      """, valueName: "resamples"))
  var bootstrap: Int?
  @Option(help: "Seed of the resamples.") var bootstrapSeed: UInt64 = 1

  /// Fewer cannot tell 1 in 20 from chance.
  private static let fewest = 20

  var isGiven: Bool { splitHalves || bootstrap != nil }

  /// The one that is named in an error.
  var flag: String { splitHalves ? "--split-halves" : "--bootstrap" }

  func validate() throws {
    if let bootstrap {
      try require(
        bootstrap >= Self.fewest,
        "--bootstrap is \(bootstrap), expected at least \(Self.fewest) resamples: fewer cannot tell 1"
          + " in 20 from chance")
    }
  }

  /// The flags that need some of the others.
  var conditions: [FlagCondition] {
    [
      FlagCondition(
        ["bootstrap-seed"], when: bootstrap != nil, else: "it belongs to --bootstrap")
    ]
  }

  /// What a file says of it; nothing where it was not asked for.
  var settings: [String: any Encodable & Sendable] {
    guard isGiven else { return [:] }
    var settings: [String: any Encodable & Sendable] = ["split-halves": splitHalves]
    if let bootstrap {
      settings["bootstrap"] = bootstrap
      settings["bootstrap-seed"] = bootstrapSeed
    }
    return settings
  }
}

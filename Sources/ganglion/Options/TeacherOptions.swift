internal import ArgumentParser
internal import Wording

/// What is recorded of a network that was trained.
struct TeacherOptions: ParsableArguments {
  @Option(help: "Of a run: trials, at least 1, each with inputs of its own by --seed; default: 20.")
  var trialCount: Int?
  @Option(
    help: """
      Of a run: how many of its cells are written, drawn by --network-seed, or a share of them \
      such as 0.1; default: all.
      """)
  var cellCount: CellCount?
  @Option(
    help: """
      Of a run: standard deviation of the neurons' leaks around that of the training, drawn \
      by --network-seed, again below a tenth of it and above 1; default: 0.
      """)
  var alphaSpread: Double?
  @Option(
    help: """
      Of a run: seed of what recordings of one network share, its time scales and which cells \
      are written; default: 1.
      """)
  var networkSeed: UInt64?
  @Option(
    help: """
      Of a run of timed-response: a second pulse in every trial, AMPLITUDE@FIRST-END from step \
      FIRST until before step END, such as 10@400-410; default: none.
      """)
  var distractor: Distractor?

  func validate() throws {
    if let trialCount {
      try require(trialCount >= 1, "--trial-count is \(trialCount), expected at least 1")
    }
    if let alphaSpread {
      try require(
        alphaSpread >= 0 && alphaSpread <= 1,
        "--alpha-spread is \(asGiven(alphaSpread)), expected a number in [0, 1]")
    }
  }

  /// The flags that were given, as they go into the file's configuration.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = [:]
    settings["trial-count"] = trialCount
    settings["cell-count"] = cellCount?.description
    settings["alpha-spread"] = alphaSpread
    settings["network-seed"] = networkSeed
    settings["distractor"] = distractor?.description
    return settings
  }

  /// Refuses them where no network was trained.
  func refuse(because reason: String) throws {
    guard let flag = settings.keys.min() else { return }
    throw CommandLineError.usage("--\(flag) does nothing here: \(reason); leave it out")
  }
}

/// A number of cells, or a share of all.
enum CellCount: ExpressibleByArgument, CustomStringConvertible {
  case number(Int)
  case share(Double)

  init?(argument: String) {
    if let number = Int(argument), number >= 1 {
      self = .number(number)
    } else if let share = Double(argument), share > 0, share < 1 {
      self = .share(share)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .share(let share): asGiven(share)
    }
  }

  /// The number, at least 1.
  ///
  /// - Throws: `CommandLineError` (64) if there are not so many.
  func count(of cells: Int) throws -> Int {
    switch self {
    case .share(let share): return max(1, Int((share * Double(cells)).rounded()))
    case .number(let number):
      guard number <= cells else {
        throw CommandLineError.usage("--cell-count is \(number), and the run has \(cells) cells")
      }
      return number
    }
  }
}

/// `AMPLITUDE@FIRST-END` on the command line.
struct Distractor: ExpressibleByArgument, CustomStringConvertible {
  let amplitude: Double
  let steps: Range<Int>

  init?(argument: String) {
    guard let match = argument.wholeMatch(of: #/([^@]+)@(\d+)-(\d+)/#),
      let amplitude = Double(match.1), amplitude.isFinite, let first = Int(match.2),
      let end = Int(match.3), first < end
    else { return nil }
    self.amplitude = amplitude
    steps = first..<end
  }

  var description: String { "\(asGiven(amplitude))@\(steps.lowerBound)-\(steps.upperBound)" }
}

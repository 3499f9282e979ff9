internal import ArgumentParser
internal import Training
internal import Wording

/// Several optimisers on one task, at equal time.
struct AgainstOptions: ParsableArguments {
  @Option(
    help: """
      Compare optimisers at equal time: all that the task can have, or names of --optimizer with \
      commas between. Each is tuned by as many runs as the others (its learning rate; sofo with \
      --damping-rule relative its damping, too; force its --force-alpha), on a seed of its own; \
      then all run on the same seeds.
      """)
  var against: String?
  @Option(help: "--against: seeds of the runs that count, from --seed on; 1 to 1000000.")
  var seeds = 3
  @Option(help: "--against: seconds of training of each run, > 0; evaluations are not counted.")
  var runTime = 60.0
  @Option(
    help: """
      --against: seconds of training that each optimiser is tuned by, at least those of a run; \
      default: six runs.
      """)
  var tuningTime: Double?
  @Flag(help: "--against: exit code 1 if a run that counts diverged.") var strict = false

  /// Runs that a method is tuned by where nobody says.
  private static var usualTuningRuns: Int { 6 }

  /// The most seeds, and the most runs that a method is tuned by: of a second each they take twelve
  /// days.
  private static var mostRuns: Int { 1_000_000 }

  /// Runs that each method is tuned by.
  ///
  /// Two decimal numbers, one a multiple of the other, may divide to a little less than a whole.
  var tuningRuns: Int {
    tuningTime.map { Int(($0 / runTime * (1 + 1e-9)).rounded(.down)) } ?? Self.usualTuningRuns
  }

  /// The methods that are named, of `all` every one; nil without a comparison, and for names that
  /// are none.
  var names: [Trainer.Method]? {
    guard let against else { return nil }
    guard against != "all" else { return Trainer.Method.allCases }
    let methods = against.split(separator: ",", omittingEmptySubsequences: false)
      .map { Trainer.Method(rawValue: String($0)) }
    return methods.contains(nil) ? nil : methods.compactMap { $0 }
  }

  func validate() throws {
    try require(
      seeds >= 1 && seeds <= Self.mostRuns,
      "--seeds is \(seeds), expected 1 to \(Self.mostRuns)")
    try require(
      runTime > 0 && runTime.isFinite, "--run-time is \(asGiven(runTime)), expected seconds > 0")
    if let tuningTime {
      try require(tuningTime.isFinite, "--tuning-time is \(asGiven(tuningTime)), expected seconds")
      try require(
        tuningTime >= runTime,
        "--tuning-time is \(asGiven(tuningTime)), too short for one tuning run of --run-time"
          + " \(asGiven(runTime)) seconds: expected at least that")
      try require(
        tuningTime / runTime <= Double(Self.mostRuns),
        "--tuning-time is \(asGiven(tuningTime)), expected at most \(Self.mostRuns) runs of"
          + " --run-time \(asGiven(runTime)) seconds")
    }
    try validateNames()
  }

  private func validateNames() throws {
    guard let against, against != "all" else { return }
    let known = Trainer.Method.allCases.map(\.rawValue)
    var seen: Set<String> = []
    for word in against.split(separator: ",", omittingEmptySubsequences: false) {
      let name = String(word)
      try require(
        known.contains(name),
        "--against has '\(name)', expected all, or \(alternatives(known)) with commas between")
      try require(seen.insert(name).inserted, "--against has \(name) twice: leave one out")
    }
  }
}

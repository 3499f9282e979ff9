internal import ArgumentParser
internal import Rivals
internal import Wording

/// How backpropagation through time runs the network.
struct ThroughTimeOptions: ParsableArguments {
  @Option(help: "bptt: frames that the network runs through from a recorded one, at least 1.")
  var window = 100
  @Option(
    help: """
      bptt: share of the frames in [0, 1] at which the recorded rates replace the network's own, \
      drawn anew in every iteration.
      """)
  var teacherForcing = 0.5

  func validate() throws {
    try requireFinite(["--teacher-forcing": teacherForcing])
    try require(window >= 1, "--window is \(window), expected at least 1")
    try require(
      teacherForcing >= 0 && teacherForcing <= 1,
      "--teacher-forcing is \(asGiven(teacherForcing)), expected a share in [0, 1]")
  }

  /// The method.
  func method(learningRate: Double, seed: UInt64) -> ThroughTimeMethod {
    ThroughTimeMethod(
      learningRate: learningRate, window: window, forcing: teacherForcing, seed: seed)
  }

  /// For the provenance of a result.
  var settings: [String: any Encodable & Sendable] {
    ["window": window, "teacher-forcing": teacherForcing]
  }

  /// Whether frames are drawn by chance.
  var isRandom: Bool { teacherForcing > 0 && teacherForcing < 1 }

  /// Which flags do something for a method.
  func flagConditions(for method: MethodName) -> [FlagCondition] {
    [
      FlagCondition(
        ["window", "teacher-forcing"], when: method == .bptt,
        else: "it belongs to --method bptt, and this is \(method.rawValue)")
    ]
  }
}

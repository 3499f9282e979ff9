internal import Evaluation
internal import Statistics

/// A fitted network held against the network that was recorded.
struct TeacherComparison {
  /// Free runs of whole trials.
  struct Runs {
    let network: TrialRun
    /// The teacher's own run without noise; nil where not all of its cells were recorded.
    let teacher: TrialRun?
    /// What the task wants, laid out as the outputs.
    let wanted: [Double]?
    let outputs: Int
  }

  /// Fixed points.
  struct Attractors {
    let network: FixedPoints
    let teacher: FixedPoints
    let match: FixedPointMatch
    /// The teacher's from one half of the recording, with those from the other.
    let yardstick: FixedPointMatch
  }

  /// Recorded neurons, and cells of the network that they are of.
  let neurons: Int
  let cells: Int
  var runs: Runs?
  var attractors: Attractors?

  init(neurons: Int, cells: Int) {
    self.neurons = neurons
    self.cells = cells
  }

  var isEmpty: Bool { runs == nil && attractors == nil }
}

extension TeacherComparison.Runs {
  /// A score of the network, of the teacher's own run, and of the recorded rates; NaN where
  /// there is none.
  struct Row {
    let title: String
    let key: String
    let network: Double
    var teacher = Double.nan
    var recorded = Double.nan
  }

  /// All scores.
  var rows: [Row] {
    let ideal = teacher
    var rows = [
      Row(
        title: "rates, R2", key: "rates_r2", network: network.rates.r2,
        teacher: ideal?.rates.r2 ?? .nan),
      Row(
        title: "rates, Pearson", key: "rates_pearson", network: network.rates.pearson,
        teacher: ideal?.rates.pearson ?? .nan),
      Row(
        title: "readout, R2", key: "readout_r2", network: network.readout.r2,
        teacher: ideal?.readout.r2 ?? .nan),
      Row(
        title: "readout, Pearson", key: "readout_pearson", network: network.readout.pearson,
        teacher: ideal?.readout.pearson ?? .nan),
    ]
    guard let wanted else { return rows }
    func closeness(_ outputs: [Double]?) -> Closeness? {
      outputs.map { TrialRun.closeness(of: $0, to: wanted, outputs: self.outputs) }
    }
    let recorded = closeness(network.recordedOutputs)
    rows.append(
      Row(
        title: "readout against what is wanted, R2", key: "wanted_r2",
        network: closeness(network.outputs)?.r2 ?? .nan,
        teacher: closeness(ideal?.outputs)?.r2 ?? .nan, recorded: recorded?.r2 ?? .nan))
    func right(_ outputs: [Double]?) -> Double? {
      outputs.flatMap {
        TrialRun.signsRight(
          of: $0, wanted: wanted, outputs: self.outputs, steps: network.trials.steps)
      }
    }
    if let own = right(network.outputs) {
      rows.append(
        Row(
          title: "frames with every sign right", key: "signs_right", network: own,
          teacher: right(ideal?.outputs) ?? .nan,
          recorded: right(network.recordedOutputs) ?? .nan))
    }
    return rows
  }
}

extension TeacherComparison.Attractors {
  /// The median distance of the pairs of a match, in spreads of the states; NaN without a pair.
  static func distance(_ match: FixedPointMatch) -> Double { median(match.pairs.map(\.distance)) }

  /// The teacher's points that are no stable ones.
  static func saddles(_ counts: FixedPointMatch.Counts) -> Int {
    counts.simpleSaddles + counts.others
  }
}

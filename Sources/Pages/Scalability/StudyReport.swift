internal import Statistics

/// What a scaling study says: a row a shape of the job, and laws through the rows.
package struct StudyReport: Codable, Equatable, Sendable {
  /// Whether the work is fixed, or grows with the cores.
  package enum Kind: String, Codable, Sendable { case strong, weak }

  /// One shape of the job: medians over its runs.
  package struct Row: Codable, Equatable, Sendable {
    package let point: StudyPoint
    package let runs: Int
    package let seconds: Double
    package let least: Double
    package let most: Double
    /// Against the reference; nil in a weak study, where the work differs.
    package let speedUp: Double?
    /// Of the cores, against the reference.
    package let efficiency: Double
    package let phases: [RunMeasurement.Phase]
    package let communicationMean: Double
    package let communicationMost: Double
    package let imbalance: Double
    package let hosts: Int
    package let isOversubscribed: Bool
    package let memoryBytes: Double
  }

  /// The law through the rows of one number of threads, p the ranks.
  package struct Curve: Codable, Equatable, Sendable {
    package let threads: Int
    package let law: ScalingLaw
  }

  /// A time that was not measured.
  package struct Prediction: Codable, Equatable, Sendable {
    package let point: StudyPoint
    package let seconds: Double

    package init(point: StudyPoint, seconds: Double) {
      self.point = point
      self.seconds = seconds
    }
  }

  /// What was run, as a command line.
  package let job: String
  package let kind: Kind
  /// All that is in them was measured.
  package let measured: [Row]
  package let laws: [Curve]
  /// By `ganglion plan`, from a machine description; never measured.
  package let predicted: [Prediction]

  /// The smallest job that ran: what the others are held against.
  package var reference: StudyPoint? { measured.first?.point }

  /// Sums up the runs, in any order, without those that warmed up.
  package init(
    job: String, kind: Kind, measurements: [RunMeasurement], predicted: [Prediction] = []
  ) {
    self.job = job
    self.kind = kind
    self.predicted = predicted.sorted { $0.point < $1.point }
    let groups = Dictionary(grouping: measurements, by: \.point).sorted { $0.key < $1.key }
    let first = groups.first.map { (point: $0.key, seconds: median($0.value.map(\.seconds))) }
    measured = groups.map { point, runs in
      let seconds = median(runs.map(\.seconds))
      let gain = (first?.seconds ?? seconds) / seconds
      let growth = Double(point.cores) / Double(first?.point.cores ?? point.cores)
      return Row(
        point: point, runs: runs.count, seconds: seconds,
        least: runs.map(\.seconds).min() ?? seconds, most: runs.map(\.seconds).max() ?? seconds,
        speedUp: kind == .strong ? gain : nil,
        efficiency: kind == .strong ? gain / growth : gain,
        phases: Self.phases(of: runs),
        communicationMean: median(runs.map(\.communicationShare.mean)),
        communicationMost: median(runs.map(\.communicationShare.most)),
        imbalance: median(runs.map(\.imbalance)), hosts: runs.map(\.hosts).max() ?? 1,
        isOversubscribed: runs.contains(where: \.isOversubscribed),
        memoryBytes: median(runs.map(\.memoryBytes)))
    }
    laws = Dictionary(grouping: measurements, by: \.point.threads).sorted { $0.key < $1.key }
      .compactMap { threads, runs in
        ScalingLaw(runs.map { (Double($0.point.ranks), $0.seconds) }, isWeak: kind == .weak).map {
          Curve(threads: threads, law: $0)
        }
      }
  }

  private static func phases(of runs: [RunMeasurement]) -> [RunMeasurement.Phase] {
    (runs.first?.phases ?? []).map { phase in
      let all = runs.compactMap { $0.phases.first { $0.name == phase.name } }
      return RunMeasurement.Phase(
        name: phase.name, mean: median(all.map(\.mean)), most: median(all.map(\.most)))
    }
  }

  /// What a reader must know before believing the figures.
  package var warnings: [String] {
    var warnings: [String] = []
    let crowded = measured.filter(\.isOversubscribed).map(\.point.label)
    if !crowded.isEmpty {
      warnings.append(
        "no scaling evidence: \(crowded.joined(separator: ", ")) ran more threads than there "
          + "are cores for them")
    }
    if measured.count > 1, measured.allSatisfy({ $0.hosts == 1 }) {
      warnings.append(
        "all runs were on one host, whose cores share memory and clock: this says nothing about "
          + "several nodes")
    }
    let few = measured.filter { $0.runs < 3 }.map(\.point.label)
    if !few.isEmpty {
      warnings.append("fewer than 3 runs: \(few.joined(separator: ", "))")
    }
    return warnings
  }
}

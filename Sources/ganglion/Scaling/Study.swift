internal import Collectives
internal import Foundation
internal import Machine
internal import Planning
internal import Scalability

/// A scaling study on disk: its description, and a log for each run that is done.
struct Study {
  /// What must stay the same over the life of a study.
  struct Description: Codable, Equatable {
    let job: [String]
    let generate: String?
    let kind: StudyReport.Kind

    init(_ job: [String], _ generate: String?, isWeak: Bool) {
      self.job = job
      self.generate = generate
      kind = isWeak ? .weak : .strong
    }
  }

  let folder: String
  let description: Description

  /// Opens a study or begins one.
  ///
  /// - Parameters:
  ///   - folder: where it is kept.
  ///   - asked: the study that is asked for; nil for what the folder holds.
  /// - Throws: `CommandLineError`: 64 without a job, 73 without the folder, 78 if it holds
  ///   another study.
  init(in folder: String, description asked: Description?) throws {
    guard !folder.isEmpty else { throw CommandLineError.usage("FOLDER is empty: give a name") }
    self.folder = folder
    let path = folder + "/study.json"
    let stored = FileManager.default.contents(atPath: path).flatMap {
      try? JSONDecoder().decode(Description.self, from: $0)
    }
    if stored == nil { try Self.requireNoOtherFiles(in: folder) }
    guard let description = asked ?? stored else {
      throw CommandLineError.usage(
        "\(folder) holds no study: give the job after --, as in -- fit recording.h5 --alpha 0.1")
    }
    if let stored, stored != description {
      throw CommandLineError(
        exitCode: ExitCode.configuration,
        description: """
          \(folder) holds another study (\(stored.kind.rawValue): \
          \(stored.job.joined(separator: " "))); give another folder
          """)
    }
    self.description = description
    guard stored == nil else { return }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try encoder.encode(description).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandLineError(
        exitCode: ExitCode.cannotCreate,
        description: "cannot write \(path): \(reason(of: error))")
    }
  }

  /// Refuses a folder where somebody has files of the names that a study gives its own.
  private static func requireNoOtherFiles(in folder: String) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let taken = names.filter {
      $0.contains(
        /^(study\.jsonl?|report\.(txt|md|json)|(time|efficiency|phases)\.svg|recording(-\d+)?\.h5)$/
      )
        || $0.contains(/^ranks-\d+-threads-\d+/)
    }
    guard let name = taken.min() else { return }
    throw CommandLineError.usage(
      "\(folder)/\(name) exists and is not of a study of Ganglion: give another folder")
  }

  /// The log of a finished run.
  func log(_ point: StudyPoint, run: Int) -> String {
    "\(folder)/\(point.name)-run-\(run).jsonl"
  }

  /// What a run measured, nil if it is still to be done; run 0 warms up.
  func measurement(_ point: StudyPoint, run: Int) -> RunMeasurement? {
    FileManager.default.contents(atPath: log(point, run: run)).flatMap { RunMeasurement(log: $0) }
  }

  /// Whether a point has all its runs.
  func isDone(_ point: StudyPoint, runs: Int) -> Bool {
    (0...runs).allSatisfy { measurement(point, run: $0) != nil }
  }

  /// The names of the logs of all finished runs that count.
  private func countedLogs() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter {
      $0.contains(/^ranks-\d+-threads-\d+-run-[1-9]\d*\.jsonl$/)
    }
  }

  /// The sum of what the folder holds.
  func report(predicted: [StudyReport.Prediction]) throws -> StudyReport {
    StudyReport(
      job: description.job.joined(separator: " "), kind: description.kind,
      measurements: try countedLogs().compactMap {
        FileManager.default.contents(atPath: folder + "/" + $0).flatMap { RunMeasurement(log: $0) }
      }, predicted: predicted)
  }

  /// What `plan` says of the fits in the folder; none for trainings.
  func predictions(on machine: MachineDescription) throws -> [StudyReport.Prediction] {
    var predictions: [StudyPoint: Double] = [:]
    for name in try countedLogs() {
      guard let log = FileManager.default.contents(atPath: folder + "/" + name),
        let measurement = RunMeasurement(log: log), let fit = PlannedFit(log: log)
      else { continue }
      let point = measurement.point
      let nodes = measurement.hosts
      let job = Job(
        nodes: nodes, ranksPerNode: (point.ranks + nodes - 1) / nodes, threads: point.threads)
      predictions[point] = fit.prediction(of: job, on: machine).total
    }
    return predictions.map { StudyReport.Prediction(point: $0, seconds: $1) }
  }

  /// Writes the report as text, Markdown and JSON, and its figures.
  func write(_ report: StudyReport) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var files = [
      "report.txt": Data(report.text(markdown: false).utf8),
      "report.md": Data(report.text(markdown: true).utf8),
      "report.json": try encoder.encode(report),
    ]
    for figure in report.figures { files[figure.name] = Data(figure.svg.utf8) }
    do {
      for (name, data) in files {
        try data.write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
      }
    } catch {
      throw CommandLineError(
        exitCode: ExitCode.inputOutput,
        description: "cannot write into \(folder): \(reason(of: error))")
    }
  }
}

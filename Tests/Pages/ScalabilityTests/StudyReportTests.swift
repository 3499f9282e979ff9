import Foundation
import FoundationXML
import Testing

@testable import Scalability

@Suite struct StudyReportTests {
  private func run(
    _ ranks: Int, _ threads: Int, _ seconds: Double, communication: [Double]? = nil,
    crowded: Bool = false
  ) -> RunMeasurement {
    RunMeasurement(
      point: StudyPoint(ranks: ranks, threads: threads), seconds: seconds,
      phases: [.init(name: "solve", mean: 0.8 * seconds, most: 0.9 * seconds)],
      communication: communication ?? [Double](repeating: 0.1 * seconds, count: ranks), hosts: 1,
      isOversubscribed: crowded, memoryBytes: 1e8)
  }

  @Test func mediansSpeedUpAndEfficiency() {
    let report = StudyReport(
      job: "fit x", kind: .strong,
      measurements: [
        run(4, 1, 3), run(1, 1, 10), run(1, 1, 9), run(1, 1, 30), run(2, 1, 5), run(2, 1, 6),
        run(2, 1, 5.5), run(4, 1, 2.5), run(4, 1, 2.6), run(1, 2, 6),
      ])
    #expect(report.reference == StudyPoint(ranks: 1, threads: 1))
    #expect(report.measured.map(\.point.label) == ["1×1", "1×2", "2×1", "4×1"])
    let first = report.measured[0]
    #expect([first.least, first.seconds, first.most] == [9, 10, 30])
    #expect(abs((report.measured[2].speedUp ?? 0) - 10 / 5.5) < 1e-12)
    #expect(abs(report.measured[3].efficiency - 10 / 2.6 / 4) < 1e-12)
    #expect(report.laws.map(\.threads) == [1])
    #expect(report.warnings.contains { $0.contains("fewer than 3 runs: 1×2") })
    #expect(!report.warnings.contains { $0.contains("no scaling evidence") })
  }

  /// Ranks that wait 1, 2 and 6 of 10 s work 9, 8 and 4 s: (9 − 7) / 7.
  @Test func communicationAndImbalance() {
    let row = StudyReport(
      job: "", kind: .strong, measurements: [run(3, 1, 10, communication: [1, 2, 6])]
    ).measured[0]
    #expect(abs(row.communicationMean - 0.3) < 1e-12)
    #expect(abs(row.communicationMost - 0.6) < 1e-12)
    #expect(abs(row.imbalance - 2.0 / 7) < 1e-12)
  }

  @Test func weakEfficiencyIsTheRatioOfTimes() {
    let report = StudyReport(
      job: "", kind: .weak, measurements: [run(1, 1, 4), run(2, 1, 5), run(4, 1, 8)])
    #expect(report.measured.map(\.efficiency) == [1, 0.8, 0.5])
    #expect(report.measured.allSatisfy { $0.speedUp == nil })
  }

  /// What is predicted is named so wherever it stands beside measurements.
  @Test func predictionsAreLabelled() throws {
    let report = StudyReport(
      job: "fit x < y", kind: .strong,
      measurements: [run(1, 1, 10), run(2, 1, 6, crowded: true)],
      predicted: [.init(point: StudyPoint(ranks: 2, threads: 1), seconds: 5)])
    for text in [report.text(markdown: false), report.text(markdown: true)] {
      #expect(text.contains("MEASURED") && text.contains("PREDICTED"))
      #expect(text.contains("no scaling evidence: 2×1"))
    }
    let figures = report.figures
    #expect(figures.map(\.name) == ["time.svg", "efficiency.svg", "phases.svg"])
    #expect(figures[0].svg.contains("PREDICTED by ganglion plan"))
    #expect(figures[1].svg.contains("70 %"))
    for figure in figures {
      #expect(figure.svg.contains("fit x &lt; y"))
      let parser = XMLParser(data: Data(figure.svg.utf8))
      #expect(parser.parse(), "\(figure.name)")
    }
  }

  /// A shape of a job and its seconds.
  typealias Run = (ranks: Int, threads: Int, seconds: Double)

  private static let studies: [[Run]] = {
    let doubling: [Run] = (0..<12).map { i in (1 << i, 1, 1e4 / Double(1 << i)) }
    let everyNumber: [Run] = (1...32).map { p in (p, 1, 3 + 100 / Double(p)) }
    return [
      [(1, 1, 10), (2, 1, 6)], doubling, everyNumber, [(1024, 128, 1e-5), (2048, 128, 3e6)],
    ]
  }()

  /// Every word of a figure stands inside it and on no other, however wide the study.
  @Test(arguments: studies.indices)
  func wordsStandInsideAndApart(study: Int) throws {
    let shapes = Self.studies[study]
    let report = StudyReport(
      job: String(repeating: "fit a-long-name.h5 ", count: 12), kind: .strong,
      measurements: shapes.map { run($0.ranks, $0.threads, $0.seconds) },
      predicted: shapes.map {
        .init(point: StudyPoint(ranks: $0.ranks, threads: $0.threads), seconds: 2 * $0.seconds)
      })
    for figure in report.figures {
      let words = Words(in: figure.svg)
      #expect(words.boxes.count > 5, "\(figure.name)")
      #expect(words.outside == [], "\(figure.name)")
      #expect(words.collisions == [], "\(figure.name)")
    }
  }

  @Test func weakJobsGrowWithTheCores() {
    let point = StudyPoint(ranks: 3, threads: 2)
    #expect(point.filled(in: "--batch={64} {recording} {1}") == "--batch=384 {recording} 6")
  }

  @Test func logsAreRead() throws {
    let log = """
      {"event":"started"}
      {"communication_s":[0.5,0.25],"event":"timings","flops":[1],"hosts":1,"least_s":[1],\
      "mean_s":[1.5],"memory_bytes":[5,7],"most_s":[2],"oversubscribed":true,"peak_flops":1,\
      "phases":["solve"],"ranks":2,"threads":3,"total_s":4,"t":"now","elapsed_s":4}
      """
    let measurement = try #require(RunMeasurement(log: Data(log.utf8)))
    #expect(measurement.point == StudyPoint(ranks: 2, threads: 3))
    #expect(measurement.phases == [.init(name: "solve", mean: 1.5, most: 2)])
    #expect(measurement.memoryBytes == 7 && measurement.isOversubscribed)
    #expect(RunMeasurement(log: Data("{\"event\":\"started\"}".utf8)) == nil)
  }
}

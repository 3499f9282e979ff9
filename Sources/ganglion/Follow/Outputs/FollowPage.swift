internal import Charts
internal import Foundation
internal import Reports

/// A page about a run, written anew about once a second, which a browser that has it open loads
/// again every two.
struct FollowPage {
  /// What a status says that is drawn over time.
  private struct Moment {
    let second: Double
    let skill: [Double]
    let milliseconds: [Double]
    let lag: Double
  }

  /// What the page says besides the figures of a status.
  struct Account {
    let source: String
    let network: String
    let status: FollowStatus
    let counts: FrameSequence.Counts
    let scores: (next: Double, linearNext: Double, last: Double, linearLast: Double)
    let horizon: Int
    let alarms: Int
  }

  private let path: String
  private let began = ContinuousClock.now
  private var moments: [Moment] = []
  /// Recorded values of the cells that are drawn, and the latest forecast of them.
  private let cells: [Int]
  private var traces: [[Double]] = []
  private var ahead: [[Double]] = []

  /// Moments that are kept, frames of the traces, and cells that are drawn.
  private static let mostMoments = 900
  private static let mostFrames = 100
  private static let mostCells = 4

  /// `cells` are those whose forecasts are wanted.
  init(_ path: String, cells: [Int]) {
    self.path = path
    self.cells = Array(cells.prefix(Self.mostCells))
  }

  /// Takes a frame and its forecast, a row a frame ahead, in the units of the source.
  mutating func note(_ frame: StreamFrame, forecast: [[Double]], of all: [Int]) {
    traces.append(cells.map { frame.values[$0] })
    if traces.count > Self.mostFrames { traces.removeFirst() }
    let places = cells.compactMap { all.firstIndex(of: $0) }
    ahead = forecast.map { row in places.map { row[$0] } }
  }

  /// Writes the page under another name, and gives it its own.
  ///
  /// - Throws: what writing throws; the page before stays.
  mutating func write(_ account: Account) throws {
    let scores = account.scores
    let ms = account.status.recent.milliseconds
    moments.append(
      Moment(
        second: (ContinuousClock.now - began) / .seconds(1),
        skill: [scores.next, scores.linearNext, scores.last, scores.linearLast],
        milliseconds: ms ?? [.nan, .nan, .nan, .nan], lag: Double(account.status.lag)))
    if moments.count > Self.mostMoments { moments.removeFirst() }
    try Data(page(account).text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private func page(_ account: Account) -> Page {
    var page = Page(
      title: "Following \(account.source)", subtitle: account.network, reloadsAfter: 2)
    var content = [tiles(figures(account))]
    let warnings = account.status.warnings(alarms: account.alarms)
    if !warnings.isEmpty { content.insert(notices(warnings), at: 0) }
    page.section("Now", id: "now", content)
    page.section(
      "Skill", id: "skill", [grid([skill(0, ahead: 1), skill(2, ahead: account.horizon)])])
    page.section("Time", id: "time", [latencies()])
    if !traces.isEmpty {
      page.section("Forecast", id: "forecast", [grid(cells.indices.map(trace))])
    }
    return page
  }

  private func figures(_ account: Account) -> [(name: String, value: String, note: String)] {
    let status = account.status
    let ms = status.recent.milliseconds
    return [
      ("Frame", "\(status.lastNumber)", "\(account.counts.lost) lost, \(status.lag) waiting"),
      (
        "Skill, 1 frame ahead", text(account.scores.next),
        "linear model \(text(account.scores.linearNext)); persistence 0"
      ),
      (
        "Skill, \(account.horizon) frames ahead", text(account.scores.last),
        "linear model \(text(account.scores.linearLast))"
      ),
      ("To forecast", "\(text(ms?[0])) ms", "99 of 100 within \(text(ms?[2])) ms"),
      (
        "Sweep", status.sweepFrames.map { "\($0) frames" } ?? "-",
        "W changed by \(text(100 * status.weightChange)) % in a second"
      ),
      ("Alarms", "\(account.alarms)", "forecasts that were suddenly worse"),
    ]
  }

  private func text(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "-" }
    return String(format: "%.3g", value)
  }

  private func skill(_ first: Int, ahead: Int) -> HTML {
    let seconds = moments.map(\.second)
    let (own, linear) = (moments.map { $0.skill[first] }, moments.map { $0.skill[first + 1] })
    var chart = Chart(
      "Skill of forecasts \(ahead) ahead over the run", x: .around(seconds),
      y: .around(own + linear, including: 0), xLabel: "seconds since the page began",
      yLabel: "skill")
    chart.line("network", .network, seconds, own)
    chart.line("linear model", .linear, seconds, linear)
    chart.horizontal("persistence", .persistence, at: 0)
    return figure(
      "\(ahead) ahead", chart.html,
      "1 − error / error of persistence, of the last frames, over neurons.")
  }

  private func latencies() -> HTML {
    let seconds = moments.map(\.second)
    let (median, most) = (moments.map { $0.milliseconds[0] }, moments.map { $0.milliseconds[3] })
    var chart = Chart(
      "Milliseconds from arrival to forecast over the run", x: .around(seconds),
      y: .logarithmic(around: median + most), xLabel: "seconds since the page began", yLabel: "ms")
    chart.line("median", .network, seconds, median)
    chart.line("longest", .guide, seconds, most)
    return figure("Arrival to forecast", chart.html, "Of the frames of about a second each.")
  }

  private func trace(_ place: Int) -> HTML {
    let past = traces.map { $0[place] }
    let future = [past.last ?? .nan] + ahead.map { $0[place] }
    let frames = past.indices.map { Double($0 - past.count + 1) }
    var chart = Chart(
      "Cell \(cells[place]), recorded and forecast",
      x: Scale(frames[0], Double(max(1, ahead.count))),
      y: .around(past + future), xLabel: "frames from now", yLabel: "value")
    chart.line("recorded", .recorded, frames, past)
    chart.line("forecast", .network, future.indices.map(Double.init), future, isDashed: true)
    return figure("Cell \(cells[place])", chart.html, "In the units of the source.")
  }
}

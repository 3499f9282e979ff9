internal import CORNN
internal import Foundation
internal import Wording

/// What is told of a run that follows a stream; rank 0 keeps all of it.
struct FollowStatus {
  /// From the arrival of a frame to its forecast: since the last status, and since the run has
  /// caught up with the frames that came during the warm-up.
  private(set) var recent = LatencyHistogram()
  private(set) var total = LatencyHistogram()
  private var hasCaughtUp = false

  /// Frames that wait.
  private(set) var lag = 0
  /// Frames that came, and in how many of them each cell was missing.
  private var frames = 0
  private var missing: [Int] = []
  /// Frames whose forecast was one frame long, for want of time.
  private(set) var shortForecasts = 0
  /// The latest frame; on rank 0.
  private var last: StreamFrame?

  /// Frames that the latest whole sweep took; nil before the first.
  private(set) var sweepFrames: Int?
  private var sweepBegan = 0
  /// The drift of the inverse that was found last.
  var probe = Double.nan
  /// How often the inverse was taken afresh.
  var refactorings = 0
  /// The relative change of the weights since the last status.
  var weightChange = Double.nan
  /// The share of the targets in the window beyond ±1.
  var clipped = Double.nan
  /// Messages of a socket that were no frames.
  var refused = 0
  /// Values that counted as missing because no rate is as large.
  var outOfRange = 0
  /// Forecasts that a slow reader has not had; nil where nobody reads lines.
  var forecastsMissed: Int?
  /// What cannot be written at present, and why.
  var unwritten: [String] = []
  /// What --record has; nil without it.
  var record: FrameRecord.Figures?
  var snapshots = 0
  var snapshotFailures = 0

  /// Begins after the latest frame of the warm-up.
  init(after frame: StreamFrame?) { last = frame }

  /// Counts a frame whose forecast is out now.
  mutating func note(_ frame: StreamFrame, isBehind: Bool, waiting: Int) {
    let latency = (ContinuousClock.now - frame.arrival) / .seconds(1)
    recent.note(seconds: latency)
    if waiting == 0 { hasCaughtUp = true }
    if hasCaughtUp { total.note(seconds: latency) }
    lag = waiting
    frames += 1
    if missing.isEmpty { missing = frame.values.map { _ in 0 } }
    for i in frame.values.indices where frame.values[i].isNaN { missing[i] += 1 }
    if isBehind { shortForecasts += 1 }
    last = frame
  }

  /// Notes that a sweep has ended after so many frames of the run.
  mutating func noteSweep(atFrame frame: Int) {
    sweepFrames = frame - sweepBegan
    sweepBegan = frame
  }

  /// Starts the next interval.
  mutating func restart() { recent = LatencyHistogram() }

  /// The figures for the log.
  func values(
    _ follower: LiveFollower, taken: Int, counts: FrameSequence.Counts
  ) -> [String: any Encodable & Sendable] {
    let scores = follower.scores
    var figures: [String: any Encodable & Sendable] = [
      "frame": last?.number ?? 0, "frames": taken, "time": last?.time ?? .nan, "lag_frames": lag,
      "silent_s": last.map { (ContinuousClock.now - $0.arrival) / .seconds(1) } ?? .nan,
      "short_forecasts": shortForecasts,
      "horizon": follower.horizon,
      "skill_1": scores.next.recentSkill, "skill_horizon": scores.last.recentSkill,
      "linear_skill_1": scores.rivalNext.recentSkill,
      "linear_skill_horizon": scores.rivalLast.recentSkill,
      "dW": weightChange, "gaps": counts.gaps, "lost": counts.lost, "repeats": counts.repeats,
      "late": counts.late, "identical": counts.identical,
      "nan": missingShare, "missing_cells": missing.count(where: isOftenMissing),
      "clipped": clipped,
      "probe": probe, "refactorings": refactorings, "alarms": follower.alarms,
      "cuts": follower.cuts, "snapshots": snapshots, "snapshot_failures": snapshotFailures,
      "refused": refused,
    ]
    figures["latency_ms"] = recent.milliseconds
    figures["sweep_frames"] = sweepFrames
    figures["forecasts_missed"] = forecastsMissed
    figures["out_of_range"] = outOfRange
    figures["recorded"] = record?.frames
    figures["record_failures"] = record?.failures
    return figures
  }

  /// The share of all values that were missing.
  private var missingShare: Double {
    guard frames > 0 else { return 0 }
    return Double(missing.reduce(0, +)) / Double(frames * missing.count)
  }

  /// Whether a cell is missing in more frames than a forecast should stand in for.
  private func isOftenMissing(_ count: Int) -> Bool {
    Double(count) > Self.mostMissing * Double(frames)
  }

  private static let mostMissing = 0.2

  /// The number of the latest frame.
  var lastNumber: UInt64 { last?.number ?? 0 }

  /// What a person should look after.
  func warnings(alarms: Int) -> [String] {
    var all: [String] = []
    if let reason = record?.reason { all.append("Frames are not recorded: \(reason)") }
    if snapshotFailures > 0 { all.append("\(snapshotFailures) snapshots could not be written.") }
    all += unwritten.map { "Not written: \($0)" }
    if let missed = forecastsMissed, missed > 0 {
      all.append("\(missed) forecasts were not read in time.")
    }
    if refused > 0 { all.append("\(refused) messages were no frames.") }
    if outOfRange > 0 { all.append("\(outOfRange) values were out of range.") }
    let often = missing.count(where: isOftenMissing)
    if often > 0 { all.append("\(often) cells are missing in more than a fifth of the frames.") }
    if alarms > 0 { all.append("Forecasts were suddenly worse \(alarms) times.") }
    return all
  }

  /// A line for a person.
  func line(_ follower: LiveFollower) -> String {
    func text(_ value: Double, _ format: String = "%.3f") -> String {
      value.isFinite ? String(format: format, value) : "-"
    }
    let (ms, scores) = (recent.milliseconds ?? [.nan, .nan, .nan, .nan], follower.scores)
    return "frame \(last?.number ?? 0), \(lag) waiting; ms to forecast p50 \(text(ms[0], "%.1f"))"
      + " p99 \(text(ms[2], "%.1f")) max \(text(ms[3], "%.1f")); skill 1 ahead"
      + " \(text(scores.next.recentSkill)) (linear \(text(scores.rivalNext.recentSkill))),"
      + " \(follower.horizon) ahead \(text(scores.last.recentSkill)) (linear"
      + " \(text(scores.rivalLast.recentSkill))); sweep in"
      + " \(sweepFrames.map(String.init) ?? "-") frames; W changed by"
      + " \(text(100 * weightChange, "%.1f")) %"
      + (follower.alarms > 0 ? "; \(counted(follower.alarms, "alarm"))" : "")
      + troubles
  }

  /// What else goes wrong at present.
  private var troubles: String {
    var all = unwritten.map { "; not written: \($0)" }.joined()
    if refused > 0 { all += "; \(refused) messages were no frames" }
    if outOfRange > 0 { all += "; \(outOfRange) values out of range" }
    if let reason = record?.reason { all += "; not recorded: \(reason)" }
    if let missed = forecastsMissed, missed > 0 { all += "; \(missed) forecasts not read" }
    if let last, ContinuousClock.now - last.arrival > Self.silence {
      let seconds = (ContinuousClock.now - last.arrival) / .seconds(1)
      all += "; no frame for \(Int(seconds)) s"
    }
    return all
  }

  /// Without a frame for so long, it is said.
  private static let silence = Duration.seconds(5)

  /// What goes into the model under /live.
  func variables(_ follower: LiveFollower, taken: Int) -> [Variable] {
    let scores = follower.scores
    let figures: [(String, Double, String)] = [
      ("frame", Double(last?.number ?? 0), "number of the latest frame, as its source counts"),
      ("frames", Double(taken), "frames taken, those of the warm-up included"),
      ("time", last?.time ?? .nan, "time of the latest frame on the clock of its source, s"),
      ("horizon", Double(follower.horizon), "frames ahead of the longest forecast"),
      ("skill_1", scores.next.skill, "1 - error / persistence of forecasts one frame ahead"),
      ("skill_horizon", scores.last.skill, "the same as many frames ahead as the horizon"),
      ("linear_skill_1", scores.rivalNext.skill, "the same of a linear model, one frame ahead"),
      ("linear_skill_horizon", scores.rivalLast.skill, "the same of it at the horizon"),
      ("latency_p50", total.quantile(0.5), "seconds from arrival to forecast, median"),
      ("latency_p99", total.quantile(0.99), "the same, 99th percentile"),
      ("latency_max", total.longest, "the same, longest"),
      ("dW", weightChange, "relative change of sampled weights in about a second"),
    ]
    return figures.map { Variable(name: $0, value: $1, meaning: $2) }
  }

  /// A number in the model.
  struct Variable: Sendable {
    let name: String
    let value: Double
    let meaning: String
  }
}

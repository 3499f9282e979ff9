internal import Foundation
internal import Statistics

/// Where time stamps come from, and what says their unit.
struct ClockSource {
  /// As a message names it: "/timing/t", "the column \"Time (ms)\"".
  let name: String
  /// The unit that an attribute or the name says.
  let unit: TimeUnit?
  /// Whether the user named them (`--timestamps`), whose numbers are seconds unless the file
  /// says otherwise.
  let isNamed: Bool
}

/// What may be the time between two frames.
enum PlausibleFrame {
  /// Seconds: a frame of a circadian recording may last longer, raw electrical signals are
  /// shorter; both are rare, and the user can say so.
  static let seconds = 5e-5..<5.0
  /// The same for what a unit may make of a number, where several units are offered.
  static let usual = 1e-3..<5.0
  /// No time stamp in seconds is as far from 1970, or from the start.
  static let latest = 1e11
  /// Beyond this factor `--dt` does not resample time stamps but contradicts them.
  static let largestRatio = 50.0
  /// How far a unit's factor may be off, as frames jitter.
  static let tolerance = 0.02
}

extension ClockSource {
  /// Brings time stamps to seconds: by their unit, or by what `--dt` says a step is; asks where
  /// nothing says it and seconds cannot be.
  ///
  /// - Returns: what was decided beyond the unit in the file, in words.
  /// - Throws: `RecordingError`, 64, with what to give.
  func bringToSeconds(
    _ times: inout [Double], dt asked: Double?, in file: String
  ) throws -> String? {
    if let unit, unit != .second { times = times.map(unit.seconds) }
    guard let step = lowerMedian(zip(times.dropFirst(), times).map { $0 - $1 }), step > 0 else {
      return nil
    }
    if let asked { return try follow(asked, step, &times, in: file) }
    if unit == nil, !isNamed, times.allSatisfy({ $0 == $0.rounded() }) {
      throw RecordingError.usage(
        "\(file): \(name) holds whole numbers, \(short(step)) apart, and nothing says their unit:"
          + " frames, ms or s? Give " + offers(step, withCount: true))
    }
    let isFar = times.contains { abs($0) > PlausibleFrame.latest }
    guard PlausibleFrame.seconds.contains(step), !isFar else {
      throw RecordingError.usage(
        "\(file): the time stamps of \(name) are \(short(step)) apart, which as seconds cannot be"
          + " right: give " + offers(step, withCount: false))
    }
    return nil
  }

  /// Takes the step between two time stamps as the seconds that `--dt` or `--rate` says, where
  /// they differ by a unit.
  private func follow(
    _ asked: Double, _ step: Double, _ times: inout [Double], in file: String
  ) throws -> String? {
    func fits(_ seconds: Double) -> Bool { abs(seconds / asked - 1) < PlausibleFrame.tolerance }
    if fits(step) { return nil }
    if let unit = TimeUnit.allCases.first(where: { fits($0.seconds(step)) }) {
      times = times.map(unit.seconds)
      return "the time stamps of \(name) are in \(unit.rawValue), as --dt or --rate says"
    }
    // A count of frames.
    if step == 1, times.allSatisfy({ $0 == $0.rounded() }), unit == nil {
      times = times.map { $0 * asked }
      return "\(name) counts frames, of \(short(asked)) s as --dt or --rate says"
    }
    let ratio = max(asked / step, step / asked)
    guard ratio <= PlausibleFrame.largestRatio else {
      throw RecordingError.usage(
        "\(file): the time stamps of \(name) are \(short(step)) apart, and --dt or --rate says"
          + " \(short(asked)) s, which is no usual unit: which one is wrong?")
    }
    return nil
  }

  /// The flags that would say what a step is.
  private func offers(_ step: Double, withCount: Bool) -> String {
    var offers = TimeUnit.allCases.reversed().compactMap { unit -> String? in
      let seconds = unit.seconds(step)
      guard unit != .second, PlausibleFrame.usual.contains(seconds) else { return nil }
      return "--dt \(short(seconds)) if they are in \(unit.rawValue)"
    }
    offers.append("--dt \(short(step)) if they are in s")
    if withCount, step == 1 { offers.append("the seconds of a frame by --dt if they count frames") }
    return offers.joined(separator: ", ")
  }
}

/// The nearest number with few digits, where it is the same but for rounding: 0.05 for
/// 0.05000000000000071.
func shortest(_ value: Double) -> Double {
  guard let rounded = Double(String(format: "%.9g", value)),
    abs(rounded - value) <= 1e-10 * abs(value)
  else { return value }
  return rounded
}

/// A number as people write it.
private func short(_ value: Double) -> String { String(format: "%.6g", value) }

internal import Foundation

/// How far the phase of a run is, how long it may still take, and when to say so.
///
/// The time left follows from the work done in this phase alone: neither what went before nor
/// what a checkpoint brought counts. Before anything is done it is not known.
package struct ProgressMeter {
  /// Seconds between two updates on a terminal, between two lines elsewhere, and into a phase
  /// before its first one: what is over sooner needs none.
  package static let terminalPause = 0.2
  package static let linePause = 30.0
  package static let firstLine = 5.0

  /// The phase that runs, and how much of its work is done.
  package private(set) var phase = ""
  package private(set) var done = 0
  package private(set) var total = 0
  private var unit = ""
  private var start = 0.0
  private var doneAtStart = 0

  package init() {}

  /// Takes in how far a phase is; another name begins another phase.
  package mutating func note(
    _ phase: String, done: Int, of total: Int, unit: String, at now: Double
  ) {
    if phase != self.phase || done < self.done {
      self.phase = phase
      start = now
      doneAtStart = done
    }
    self.done = done
    self.total = total
    self.unit = unit
  }

  /// Seconds since the phase began.
  package func elapsed(at now: Double) -> Double { max(0, now - start) }

  /// Seconds until the phase ends if the rest takes as long as what was done; nil where nothing
  /// was done yet.
  package func left(at now: Double) -> Double? {
    guard done > doneAtStart else { return nil }
    return elapsed(at: now) * Double(max(0, total - done)) / Double(done - doneAtStart)
  }

  /// The share that is done, 0 to 1.
  package var share: Double { total > 0 ? min(1, max(0, Double(done) / Double(total))) : 0 }

  /// A line of a log.
  package func line(at now: Double) -> String {
    "\(phase): \(done) of \(total) \(unit), \(Self.text(elapsed(at: now))) so far, \(rest(at: now))"
  }

  /// What is rewritten on a terminal.
  package func bar(at now: Double) -> String {
    let filled = Int(share * 20)
    let drawn = String(repeating: "█", count: filled) + String(repeating: "·", count: 20 - filled)
    return "\(phase) \(drawn) \(done)/\(total) \(unit), \(rest(at: now))"
  }

  private func rest(at now: Double) -> String {
    left(at: now).map { "about \(Self.text($0)) left" } ?? "time left not known yet"
  }

  /// A time as people say it.
  package static func text(_ seconds: Double) -> String {
    switch seconds {
    case ..<100: String(format: "%.0f s", seconds)
    case ..<6000: String(format: "%.0f min", seconds / 60)
    default: String(format: "%.1f h", seconds / 3600)
    }
  }
}

/// When something is said again.
package struct Pacing {
  private var last: Double?

  package init() {}

  /// Whether it is time, and then the last time is now.
  ///
  /// The first time is `first` seconds into a phase, later ones are `pause` seconds apart.
  package mutating func isDue(at now: Double, elapsed: Double, first: Double, pause: Double) -> Bool
  {
    guard last.map({ now - $0 >= pause }) ?? (elapsed >= first) else { return false }
    last = now
    return true
  }
}

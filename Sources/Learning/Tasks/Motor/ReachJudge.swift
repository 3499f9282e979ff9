internal import Differentiation

/// How near the hand comes to where it is to be, and how still it is there.
struct ReachJudge {
  let task: Reach
  private static let trials = 32
  private static let millimetres = 1000.0

  /// What a step of a trial asks for.
  private enum Part: Equatable { case hold, first, last }

  /// Distances and speeds, one number a trial.
  private struct Tally {
    var distances: [Double] = []
    var speeds: [Double] = []

    mutating func add(_ hand: ArraySlice<Double>, _ target: ArraySlice<Double>) {
      let (h, y) = (Array(hand), Array(target))
      distances.append(ReachJudge.length(h[0] - y[0], h[1] - y[1]))
      speeds.append(ReachJudge.length(h[2], h[3]))
    }
  }

  func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let run = HeldOutRun(
      of: task, program, parameters: parameters, count: Self.trials, seed: seed)
    let (hand, target) = (run.values(of: "hand"), run.channel("target"))
    let (cues, weight) = (run.channel("x"), run.channel("weight"))
    let cueWidth = cues.count / weight.count
    var (hold, first, last, end) = (Tally(), Tally(), Tally(), Tally())
    for b in 0..<Self.trials {
      func row(_ t: Int) -> Int { t * Self.trials + b }
      func add(_ t: Int, to tally: inout Tally) {
        let place = (4 * row(t))..<(4 * row(t) + 4)
        tally.add(hand[place], target[place])
      }
      func part(_ t: Int) -> Part {
        let cue = row(t) * cueWidth
        if cues[cue] > 0 { return .hold }
        return task.isDouble && cues[cue + 1] > 0 ? .first : .last
      }
      var held = Tally()
      for t in 0..<task.steps where part(t) == .hold { add(t, to: &held) }
      hold.distances.append(mean(held.distances))
      // Where a target counts, at the last step that does.
      func lastScored(_ wanted: Part) -> Int? {
        (0..<task.steps).last { part($0) == wanted && weight[row($0)] > 0 }
      }
      if let t = lastScored(.first) { add(t, to: &first) }
      if let t = lastScored(.last) { add(t, to: &last) }
      add(task.steps - 1, to: &end)
    }
    return [
      Score(
        "end_distance", mean(end.distances), "mean distance of the hand from its last target, m"),
      Score(
        "hold_error_mm", Self.millimetres * mean(hold.distances),
        "mean distance from where the hand is to wait, before the go cue, mm"),
    ]
      + (task.isDouble
        ? scores(first, "first_target", "its first target")
          + scores(last, "last_target", "its last target")
        : scores(last, "target", "its target"))
  }

  /// Distance and speed at a target; nothing where no trial gets that far.
  private func scores(_ tally: Tally, _ name: String, _ words: String) -> [Score] {
    guard !tally.distances.isEmpty else { return [] }
    return [
      Score(
        "\(name)_mm", Self.millimetres * mean(tally.distances),
        "mean distance of the hand from \(words) at the end of its stay, mm"),
      Score(
        "\(name)_speed_mm_s", Self.millimetres * mean(tally.speeds),
        "mean speed of the hand then, mm/s; at rest it is 0"),
    ]
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }

  private static func length(_ x: Double, _ y: Double) -> Double {
    (x * x + y * y).squareRoot()
  }
}

internal import Differentiation
internal import LinearAlgebra
internal import RandomNumbers
internal import RealModule

/// Reaches to eight directions with the same go cue, several times each: hand paths, torques, and
/// the mean rates of single units.
struct CenterOut {
  let task: Reach

  private static let directions = 8
  /// Trials of a direction, whose rates are averaged.
  private static let repeats = 4
  /// Metres from the hand's rest to a target.
  private static let distance = 0.3
  /// Degrees of the first direction, and between two: those that targets are drawn from.
  private static let (firstAngle, angleStep) = (-36.0, 36.0)
  /// How many directions on the last target of a double reach lies.
  private static let turn = 3
  /// Seconds at which the target shows, and of the go cue.
  private static let shown = 0.3
  private var go: Double { task.isDouble ? 0.4 : 0.8 }
  /// Steps of a bin of the mean rates: 10 ms.
  private static let bin = 5

  func pictures(_ program: Program, parameters: [Double], seed: UInt64) -> [Picture] {
    guard let hand = program.outputs["hand"], let torque = program.outputs["torque"],
      let rates = program.outputs["activity"]
    else { return [] }
    let units = program.width(rates)
    let kept = min(units, Reach.exampleUnits)
    let bins = task.steps / Self.bin
    let directions = Self.directions
    var hands = [Double](repeating: 0, count: directions * task.steps * 4)
    var torques = [Double](repeating: 0, count: directions * task.steps * 2)
    var means = [Double](repeating: 0, count: directions * bins * kept)
    let share = 1 / Double(Self.bin * Self.repeats)
    let run = HeldOutRun(program, parameters: parameters, trials: trials(program, seed: seed))
    _ = run.visit([hand, torque, rates]) { t, values in
      for i in 0..<directions {
        // The first trial of a direction is the one that is followed.
        let row = i * task.steps + t
        for d in 0..<4 { hands[4 * row + d] = values[0][4 * i + d] }
        for d in 0..<2 { torques[2 * row + d] = values[1][2 * i + d] }
        guard t / Self.bin < bins else { continue }
        let first = (i * bins + t / Self.bin) * kept
        for trial in stride(from: i, to: directions * Self.repeats, by: directions) {
          for u in 0..<kept { means[first + u] += share * values[2][trial * units + u] }
        }
      }
    }
    return [
      picture(
        "hand", "hand in one trial a direction: x, y (m), velocities (m/s)", "step", 4, hands),
      picture("torque", "torque on shoulder and elbow in these trials, N m", "step", 2, torques),
      picture(
        "rates", "mean rates of the first units over \(Self.repeats) trials a direction, by 10 ms",
        "bin", kept, means),
    ] + layout
  }

  /// Where the targets are, and when what is asked for.
  private var layout: [Picture] {
    let targets = (0..<Self.directions).flatMap { i in
      ends(i).flatMap { [$0.0, $0.1] }
    }
    let times = task.isDouble ? [0, go, go + Reach.firstMove] : [Self.shown, go]
    return [
      picture(
        "target", "targets of each direction: x, y, m", "direction", task.isDouble ? 4 : 2, targets),
      Picture(
        name: "center_out_cue", meaning: "when targets show, then go cues, s after the start",
        rows: "center_out_cue", columns: "time", columnCount: 1, values: times),
    ]
  }

  private func picture(
    _ name: String, _ meaning: String, _ rows: String, _ width: Int, _ values: [Double]
  ) -> Picture {
    Picture(
      name: "center_out_\(name)", meaning: meaning, rows: "center_out_\(rows)",
      columns: "center_out_\(name)", columnCount: width, values: values)
  }

  /// The targets of a direction.
  private func ends(_ direction: Int) -> [(Double, Double)] {
    (task.isDouble ? [direction, direction + Self.turn] : [direction]).map { place in
      let angle =
        (Self.firstAngle + Self.angleStep * Double(place % Self.directions)) * .pi / 180
      return (
        Arm.centre.0 + Self.distance * Double.cos(angle),
        Arm.centre.1 + Self.distance * Double.sin(angle)
      )
    }
  }

  /// All directions, then all again.
  private func trials(_ program: Program, seed: UInt64) -> Trials<Double> {
    let count = Self.directions * Self.repeats
    var trials = Trials<Double>(of: program, count: count, batch: count, steps: task.steps)
    for b in 0..<count {
      let ends = ends(b % Self.directions)
      let schedule =
        task.isDouble
        ? task.doubleReach(to: ends[0], then: ends[1], go: go)
        : task.singleReach(to: ends[0], shown: Self.shown, go: go)
      var numbers = TrialRandom(
        RandomStream(seed: seed, purpose: .heldOutTrials, k: b, iteration: 2))
      trials.place(task.channels(of: schedule, &numbers), trial: b, of: program)
    }
    return trials
  }
}

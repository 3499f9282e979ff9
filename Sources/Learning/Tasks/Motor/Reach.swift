package import Differentiation
internal import LinearAlgebra
internal import RandomNumbers
internal import RealModule
internal import SOFO

/// Moves a two-joint arm to one target, or to two in a row, after a delay.
///
/// ```
/// z ← z + (−z + r W + b + x B + arm F) dt/τ,   r = η ∘ relu(z),   torque = r C
/// ```
/// with multiplicative noise η, dt = 2 ms, τ = 20 ms and a trained start z₀. The network
/// feels the arm's angles and velocities. Positions and velocities of the hand are
/// compared with the target and with rest:
/// ```
/// L = (10/T) Σ_t mean_b w (|hand − target|² + |velocity|²)
/// ```
/// Targets lie at 0.2-0.5 m around the hand's rest; those the arm cannot reach (0.6 m from
/// the shoulder) are drawn again.
package struct Reach: LearningTask {
  package let hidden: Int
  package let steps: Int
  /// Two targets.
  package let isDouble: Bool

  /// Seconds of a step.
  static let dt = 0.002

  /// Seconds of a trial's parts: before the target shows, from then to the go cue, from the
  /// first go cue to the second, and from the last one until the hand is to be there.
  private static let idle = 0.1...0.5
  private static let preparation = 0.2...0.8
  private static let doublePreparation = 0.2...0.6
  static let firstMove = 0.7
  private static let lastMove = 0.6
  /// Seconds before the second go cue in which the hand is to be at the first target.
  private static let firstStay = 0.1

  /// Steps that a trial needs for the last target to count in some trials, and in all.
  package static func neededSteps(isDouble: Bool) -> (some: Int, all: Int) {
    let (some, all) =
      isDouble
      ? (
        doublePreparation.lowerBound + firstMove, doublePreparation.upperBound + firstMove
      )
      : (
        idle.lowerBound + preparation.lowerBound, idle.upperBound + preparation.upperBound
      )
    func steps(_ time: Double) -> Int { Int((time / dt).rounded()) + 1 }
    return (steps(some + lastMove), steps(all + lastMove))
  }

  package var note: String? {
    let all = Self.neededSteps(isDouble: isDouble).all
    guard steps < all else { return nil }
    return "in trials whose go cue comes late, the \(isDouble ? "last " : "")target does not count "
      + "within \(steps) steps; --steps \(all) has it in all"
  }

  package init(isDouble: Bool = false, hidden: Int = 64, steps: Int = 1000) {
    self.isDouble = isDouble
    self.hidden = hidden
    self.steps = steps
  }

  package var defaultBatch: Int { 32 }
  package var advice: Advice {
    // The step that does best on the same 32 trials follows their noise: whole steps that are hardly
    // damped end at a third of the loss. Source: results/learning/defaults.md.
    Advice(
      rule: .relative, learningRate: 1, damping: isDouble ? 1e-5 : 3e-6,
      tangents: isDouble ? 128 : 256, kind: isDouble ? .blockLocalRankOne : .blockLocal)
  }

  private var inputs: Int { isDouble ? 6 : 3 }

  package func record() -> Program {
    let r = Recorder()
    let n = Double(hidden)
    let w = r.parameter("W", hidden, hidden, .normal(deviation: 0.5 / n.squareRoot()))
    let bias = r.parameter("b", 1, hidden, .zeros)
    let b = r.parameter(
      "B", inputs, hidden, .normal(deviation: 0.1 / Double(inputs).squareRoot()))
    let f = r.parameter("F", 4, hidden, .normal(deviation: 0.1))
    let c = r.parameter("C", hidden, 2, .normal(deviation: 0.1 / n.squareRoot()))
    let z0 = r.parameter("z0", 1, hidden, .zeros)
    let one = r.parameter("one", 1, 1, .constant(1), fixed: true).row
    let arm = r.state(startingAt: r.trialInput("arm", width: 4))
    let z = r.state(startingAt: z0.row)
    let rates = r.input("noise", width: hidden) * relu(z)
    let drive = rates * w + bias + r.input("x", width: inputs) * b + arm * f
    r.advance(z, to: z + (drive - z) * (Self.dt / 0.020))
    let torque = rates * c
    let next = Arm.step(arm, torque: torque, one: one, dt: Self.dt)
    r.advance(arm, to: next)
    let hand = Arm.hand(next)
    r.output("activity", rates)
    r.output("torque", torque)
    r.output("hand", hand)
    r.squaredError(hand, r.input("target", width: 4), weight: r.input("weight", width: 1))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    channels(of: isDouble ? doubleReach(&numbers) : singleReach(&numbers), &numbers)
  }

  /// The channels of a trial, with noise.
  func channels(of schedule: Schedule, _ numbers: inout TrialRandom) -> [[Double]] {
    // Uniform with the reference's half-width 0.2 √10 about 1, never negative.
    let spread = 2 * 0.2 * 10.0.squareRoot()
    let noise = (0..<(steps * hidden)).map { _ in
      max(0, 1 + spread * (numbers.uniform() - 0.5))
    }
    return [Arm.rest + [0, 0], noise, schedule.inputs, schedule.target, schedule.weight]
  }

  /// What the network sees and what is wanted, step by step.
  struct Schedule {
    var inputs: [Double] = []
    var target: [Double] = []
    var weight: [Double] = []

    /// The loss takes the mean over 4 outputs; the sum is meant, times 10.
    mutating func add(_ input: [Double], _ position: (Double, Double), _ w: Double) {
      inputs += input
      target += [position.0, position.1, 0, 0]
      weight.append(40 * w)
    }
  }

  private func singleReach(_ numbers: inout TrialRandom) -> Schedule {
    let idle = numbers.uniform(Self.idle)
    let go = idle + numbers.uniform(Self.preparation)
    return singleReach(to: Self.target(&numbers), shown: idle, go: go)
  }

  /// A reach to a target that shows at a time and is to be reached from the go cue on.
  func singleReach(to target: (Double, Double), shown: Double, go: Double) -> Schedule {
    let centre = Arm.centre
    var schedule = Schedule()
    for t in 0..<steps {
      let time = Double(t) * Self.dt
      if time < shown {
        schedule.add([1, centre.0, centre.1], centre, 1)
      } else if time < go {
        schedule.add([1, target.0, target.1], centre, 1)
      } else {
        schedule.add([0, 0, 0], target, time < go + Self.lastMove ? 0 : 4)
      }
    }
    return schedule
  }

  private func doubleReach(_ numbers: inout TrialRandom) -> Schedule {
    let go = numbers.uniform(Self.doublePreparation)
    let first = Self.target(&numbers)
    return doubleReach(to: first, then: Self.target(&numbers), go: go)
  }

  /// A reach to two targets, which show until the go cue.
  func doubleReach(
    to first: (Double, Double), then last: (Double, Double), go: Double
  ) -> Schedule {
    let second = go + Self.firstMove
    var schedule = Schedule()
    for t in 0..<steps {
      let time = Double(t) * Self.dt
      if time < go {
        schedule.add([1, 1, first.0, first.1, last.0, last.1], Arm.centre, 1)
      } else if time < second {
        schedule.add([0, 1, 0, 0, 0, 0], first, time >= second - Self.firstStay ? 4 : 0)
      } else {
        schedule.add([0, 0, 0, 0, 0, 0], last, time >= second + Self.lastMove ? 4 : 0)
      }
    }
    return schedule
  }

  /// A target that the arm can reach.
  private static func target(_ numbers: inout TrialRandom) -> (Double, Double) {
    while true {
      let angle = numbers.uniform(-36...216) * .pi / 180
      let radius = numbers.uniform(0.2...0.5)
      let x = Arm.centre.0 + radius * Double.cos(angle)
      let y = Arm.centre.1 + radius * Double.sin(angle)
      if (x * x + y * y).squareRoot() < Arm.lengths.0 + Arm.lengths.1 { return (x, y) }
    }
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    ReachJudge(task: self).scores(program, parameters: parameters, seed: seed)
  }

  package func pictures(_ program: Program, parameters: [Double], seed: UInt64) -> [Picture] {
    heldOutTrials(program, parameters: parameters, seed: seed)
      + CenterOut(task: self).pictures(program, parameters: parameters, seed: seed)
  }
}

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

  private static let dt = 0.002

  package init(isDouble: Bool = false, hidden: Int = 64, steps: Int = 1000) {
    self.isDouble = isDouble
    self.hidden = hidden
    self.steps = steps
  }

  package var defaultBatch: Int { isDouble ? 256 : 32 }
  package var advice: Advice {
    Advice(
      rule: .search, learningRate: 1, damping: 1e-3, tangents: 256, kind: .blockLocal)
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
    let next = Arm.step(arm, torque: rates * c, one: one, dt: Self.dt)
    r.advance(arm, to: next)
    let hand = Arm.hand(next)
    r.output("hand", hand)
    r.squaredError(hand, r.input("target", width: 4), weight: r.input("weight", width: 1))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let schedule = isDouble ? doubleReach(&numbers) : singleReach(&numbers)
    // Uniform with the reference's half-width 0.2 √10 about 1, never negative.
    let spread = 2 * 0.2 * 10.0.squareRoot()
    let noise = (0..<(steps * hidden)).map { _ in
      max(0, 1 + spread * (numbers.uniform() - 0.5))
    }
    return [Arm.rest + [0, 0], noise, schedule.inputs, schedule.target, schedule.weight]
  }

  /// What the network sees and what is wanted, step by step.
  private struct Schedule {
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
    let idle = numbers.uniform(0.1...0.5)
    let go = idle + numbers.uniform(0.2...0.8)
    let target = Self.target(&numbers)
    let centre = Arm.centre
    var schedule = Schedule()
    for t in 0..<steps {
      let time = Double(t) * Self.dt
      if time < idle {
        schedule.add([1, centre.0, centre.1], centre, 1)
      } else if time < go {
        schedule.add([1, target.0, target.1], centre, 1)
      } else {
        schedule.add([0, 0, 0], target, time < go + 0.6 ? 0 : 4)
      }
    }
    return schedule
  }

  private func doubleReach(_ numbers: inout TrialRandom) -> Schedule {
    let go = numbers.uniform(0.2...0.6)
    let second = go + 0.7
    let first = Self.target(&numbers)
    let last = Self.target(&numbers)
    var schedule = Schedule()
    for t in 0..<steps {
      let time = Double(t) * Self.dt
      if time < go {
        schedule.add([1, 1, first.0, first.1, last.0, last.1], Arm.centre, 1)
      } else if time < second {
        schedule.add([0, 1, 0, 0, 0, 0], first, time >= second - 0.1 ? 4 : 0)
      } else {
        schedule.add([0, 0, 0, 0, 0, 0], last, time >= second + 0.6 ? 4 : 0)
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
    let batch = 32
    let trials = trials(
      0..<batch, of: batch, iteration: 1, purpose: .heldOutTrials, seed: seed, program: program,
      precision: Double.self)
    var rollout = Rollout<Double>(program, rows: batch)
    rollout.load(parameters: parameters)
    guard let output = program.outputs["hand"] else { return [] }
    let slot = rollout.layout[output]
    let target = trials.channels[program.channel("target")]
    var sum = 0.0
    _ = rollout.run(trials) { t, arena in
      guard t == steps - 1 else { return }
      let hand = arena.elements(slot)
      for b in 0..<batch {
        let row = (t * batch + b) * 4
        let x = hand[b * 4] - target[row]
        let y = hand[b * 4 + 1] - target[row + 1]
        sum += (x * x + y * y).squareRoot()
      }
    }
    return [
      Score(
        "end_distance", sum / Double(batch), "mean distance of the hand from its last target, m")
    ]
  }
}

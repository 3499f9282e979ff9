package import Differentiation
internal import LinearAlgebra
internal import RandomNumbers
internal import SOFO

/// Remembers the sign of the last pulse on each of b lines.
///
/// ```
/// z ← z + (−z + [relu z, 1] J + relu(z) W F + u B) / τ,   y = relu(z) W
/// ```
/// Pulses of sign ±1 begin with probability 0.02 a step and line, last 3 steps and are
/// followed by 11 quiet ones; the target takes the sign from the second step on. Until a
/// line's first pulse its target is 0.
package struct FlipFlop: LearningTask {
  package let bits: Int
  package let hidden: Int
  package let steps: Int
  package let trained: Trained

  /// What is trained.
  package enum Trained: String, CaseIterable, Sendable {
    /// All weights of a network of rectified units.
    case all
    /// W alone, from 0, of `tanh` units without bias: the network that FORCE is made for.
    case readout
  }

  package init(
    bits: Int = 3, hidden: Int = 64, steps: Int = 200, trained: Trained = .all
  ) {
    self.bits = bits
    self.hidden = hidden
    self.steps = steps
    self.trained = trained
  }

  package var defaultBatch: Int { 32 }
  package var advice: Advice {
    // Whole steps that are hardly damped end three times lower on three bits, and run away on ten,
    // and on small networks and short trials. Source: results/learning/defaults.md.
    let isBold = bits <= 3 && hidden >= 64 && steps >= 200
    return Advice(
      rule: .relative, learningRate: isBold ? 1 : 0.3, damping: isBold ? 1e-6 : 1e-5,
      tangents: isBold ? 256 : 128, kind: .blockLocal, whitening: 0.2)
  }
  package var readout: Readout? { Readout(parameter: "W", activity: "activity") }

  package func record() -> Program {
    let r = Recorder()
    let isReadout = trained == .readout
    let n = Double(hidden)
    let scale = 1 / n.squareRoot()
    let j = r.parameter("J", hidden, hidden, .normal(deviation: 0.5 * scale), fixed: isReadout)
    let feedback = r.parameter("F", bits, hidden, .uniform(-1...1), fixed: true)
    let b = r.parameter("B", bits, hidden, .uniform(-1...1), fixed: isReadout)
    let w = r.parameter(
      "W", hidden, bits, isReadout ? .zeros : .normal(deviation: scale))
    let z = r.state(startingAt: r.trialInput("z0", width: hidden))
    let u = r.input("pulses", width: bits)
    let target = r.input("target", width: bits)
    let activity = isReadout ? tanh(z) : relu(z)
    var drive = activity * j + (activity * w) * feedback + u * b
    if !isReadout {
      drive = drive + r.parameter("bias", 1, hidden, .normal(deviation: 0.5 * scale))
    }
    let next = z + (drive - z) * 0.1
    r.advance(z, to: next)
    // The output of the new state, compared with the target of the input just seen.
    let new = isReadout ? tanh(next) : relu(next)
    let y = new * w
    r.output("activity", new)
    r.output("y", y)
    r.squaredError(y, target)
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let start = (0..<hidden).map { _ in 0.1 * numbers.normal() }
    var pulses = [Double](repeating: 0, count: steps * bits)
    var target = pulses
    for bit in 0..<bits {
      var value = 0.0
      var sign = 0.0
      // Steps since the pulse began; 14 is free again.
      var age = 14
      for t in 0..<steps {
        if age >= 14 && numbers.uniform() < 0.02 {
          sign = numbers.uniform() < 0.5 ? -1 : 1
          age = 0
        }
        if age < 3 { pulses[t * bits + bit] = sign }
        if age == 1 { value = sign }
        target[t * bits + bit] = value
        age += 1
      }
    }
    return [start, pulses, target]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    bitsRight(program, parameters: parameters, seed: seed)
  }
}

package import Differentiation
internal import LinearAlgebra
internal import SOFO

/// Remembers the sign of the last pulse on each of b lines, by units whose rates leak.
///
/// A pulse of ±1 comes with probability 0.05 a step and line, and the line's target is its
/// sign from then on; before a line's first pulse nothing is wanted of it.
/// Reference: Dinc, Shai, Schnitzer, Tanaka (2023), with the network of `TanhCell`.
package struct RateFlipFlop: RecordableTask {
  package let bits: Int
  package let cell: TanhCell
  package let steps: Int

  /// Lines to remember, units, steps of a trial, and a.
  package init(bits: Int = 3, hidden: Int = 100, steps: Int = 100, leak: Double = 0.5) {
    self.bits = bits
    self.steps = steps
    cell = TanhCell(.rate, units: hidden, leak: leak)
  }

  package var inputs: Int { bits }
  package var outputs: Int { bits }
  package var defaultBatch: Int { 64 }
  package var advice: Advice {
    Advice(
      rule: .relative, learningRate: 0.3, damping: 1e-5, tangents: 128, kind: .blockLocal,
      whitening: 0.2)
  }

  /// Probability of a pulse, a step and line.
  private static let pulseProbability = 0.05

  package func record() -> Program {
    let r = Recorder()
    let y = cell.record(r, inputs: bits, outputs: bits)
    r.squaredError(y, r.input("target", width: bits), weight: r.input("known", width: bits))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let start = cell.start(&numbers)
    var pulses = [Double](repeating: 0, count: steps * bits)
    var target = pulses
    for bit in 0..<bits {
      var value = 0.0
      for t in 0..<steps {
        if numbers.uniform() < Self.pulseProbability {
          value = numbers.uniform() < 0.5 ? -1 : 1
          pulses[t * bits + bit] = value
        }
        target[t * bits + bit] = value
      }
    }
    return [start, pulses, target, target.map { $0 * $0 }]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    bitsRight(program, parameters: parameters, seed: seed)
  }
}

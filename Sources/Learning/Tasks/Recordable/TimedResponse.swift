package import Differentiation
internal import LinearAlgebra
internal import RealModule
internal import SOFO

/// Answers a pulse with a bump that comes long after it, by units whose currents leak.
///
/// Of T steps the pulse, of height 1, takes the first tenth; the target is a Gaussian bump of
/// height 1 and deviation T/50 around T/2, which is 500 and 20 of 1000 steps.
/// Reference: Dinc, Shai, Schnitzer, Tanaka (2023), with the network of `TanhCell`.
package struct TimedResponse: RecordableTask {
  package let cell: TanhCell
  package let steps: Int

  /// Units, steps of a trial, and a.
  package init(hidden: Int = 200, steps: Int = 1000, leak: Double = 0.1) {
    precondition(steps >= 50, "\(steps) steps: the bump needs 50")
    self.steps = steps
    cell = TanhCell(.current, units: hidden, leak: leak)
  }

  package var inputs: Int { 1 }
  package var outputs: Int { 1 }
  package var defaultBatch: Int { 8 }
  package var advice: Advice {
    Advice(
      rule: .relative, learningRate: 0.3, damping: 1e-5, tangents: 128, kind: .blockLocal,
      whitening: 0.2)
  }

  package func record() -> Program {
    let r = Recorder()
    let y = cell.record(r, inputs: 1, outputs: 1)
    r.squaredError(y, r.input("target", width: 1))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let center = Double(steps) / 2
    let deviation = Double(steps) / 50
    // After step t the network is at time t + 1.
    let target = (1...steps).map { time in
      let distance = (Double(time) - center) / deviation
      return Double.exp(-distance * distance / 2)
    }
    return [cell.start(&numbers), (0..<steps).map { $0 < steps / 10 ? 1 : 0 }, target]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let pictures = heldOutTrials(program, parameters: parameters, seed: seed)
    guard let output = pictures.first(where: { $0.name == "output" })?.values,
      let target = pictures.first(where: { $0.name == "target" })?.values
    else { return [] }
    let mean = target.reduce(0, +) / Double(target.count)
    let error = zip(output, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let variance = target.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return [Score("r2", 1 - error / variance, "share of the bump's variance, 3 held-out trials")]
  }
}

package import Differentiation
internal import LinearAlgebra
internal import RealModule
internal import SOFO

/// Learns to produce given signals: the targets of a file.
///
/// ```
/// z ← (1 − a) z + a tanh(z W + u U + b),   y = z O
/// ```
/// Every trial is one of the given ones, drawn at random; without inputs each trial
/// starts from a state of its own, which tells the network which signal is wanted. With
/// several trials the last tenth (at least one) is held out; a single trial is its own
/// held-out trial.
package struct Teacher: LearningTask {
  package let hidden: Int
  package let leak: Double
  package let steps: Int
  package let inputs: Int
  package let outputs: Int
  package let trialCount: Int
  /// `(trial · steps + step) · width + column`.
  private let targets: [Double]
  private let drive: [Double]

  /// A task of `trials` signals of equal length.
  package init(
    targets: [Double], inputs drive: [Double], trials: Int, steps: Int, outputs: Int,
    inputWidth: Int, hidden: Int, leak: Double
  ) {
    precondition(targets.count == trials * steps * outputs, "\(targets.count) targets")
    precondition(drive.count == trials * steps * inputWidth, "\(drive.count) inputs")
    self.targets = targets
    self.drive = drive
    self.hidden = hidden
    self.leak = leak
    self.steps = steps
    self.outputs = outputs
    inputs = inputWidth
    trialCount = trials
  }

  package var hasHeldOutTrials: Bool { trialCount > 1 }
  package var defaultBatch: Int { min(64, max(8, trialCount)) }
  package var advice: Advice { Advice(rule: .search, learningRate: 1, damping: 1e-3, tangents: 64) }

  package func record() -> Program {
    let r = Recorder()
    let scale = 1 / Double(hidden).squareRoot()
    let w = r.parameter("W", hidden, hidden, .normal(deviation: scale))
    let b = r.parameter("b", 1, hidden, .zeros)
    let o = r.parameter("O", hidden, outputs, .normal(deviation: scale))
    let z = r.state(startingAt: r.trialInput("z0", width: hidden))
    var drive = z * w + b
    if inputs > 0 {
      let u = r.parameter(
        "U", inputs, hidden, .normal(deviation: 1 / Double(inputs).squareRoot()))
      drive = drive + r.input("u", width: inputs) * u
    }
    let next = (1 - leak) * z + leak * tanh(drive)
    r.advance(z, to: next)
    let y = next * o
    r.output("y", y)
    r.squaredError(y, r.input("target", width: outputs))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let reserved = trialCount > 1 ? max(1, trialCount / 10) : 0
    let trained = trialCount - reserved
    let index =
      heldOut && reserved > 0
      ? trained + numbers.integer(below: reserved) : numbers.integer(below: trained)
    // The state depends on the signal, not on the draw.
    let start = (0..<hidden).map { i in
      0.5 * Double.sin(Double(i + 1) * (1 + 0.618_033_988_75 * Double(inputs > 0 ? 1 : index + 1)))
    }
    let target = Array(targets[(index * steps * outputs)..<((index + 1) * steps * outputs)])
    guard inputs > 0 else { return [start, target] }
    return [start, Array(drive[(index * steps * inputs)..<((index + 1) * steps * inputs)]), target]
  }
}

package import Differentiation
internal import LinearAlgebra
internal import SOFO

/// Adds the two marked numbers of a long sequence.
///
/// Every step brings a number in (0, 1) and a marker; the first marker is among the first
/// ten steps, the second before half time, and the sum is wanted at the last step.
/// ```
/// z ← (1 − a) z + a relu(z C + x B + b),   y = z O,   a = 0.25
/// ```
package struct DelayedAddition: LearningTask {
  package let hidden: Int
  package let steps: Int

  package init(hidden: Int = 128, steps: Int = 128) {
    precondition(steps >= Self.fewestSteps, "\(steps) steps: the markers need more")
    self.hidden = hidden
    self.steps = steps
  }

  /// Steps that two markers need.
  package static var fewestSteps: Int { 24 }

  package func shortened(to steps: Int) -> DelayedAddition? {
    DelayedAddition(hidden: hidden, steps: max(Self.fewestSteps, steps))
  }

  package var defaultBatch: Int { 256 }
  package var stepWeights: [Double] { (0..<steps).map { $0 == steps - 1 ? 1 : 0 } }
  package var advice: Advice {
    Advice(rule: .search, learningRate: 1, damping: 1e-3, tangents: 128, kind: .blockLocal)
  }

  package func record() -> Program {
    let r = Recorder()
    let scale = 1 / Double(hidden).squareRoot()
    let c = r.parameter("C", hidden, hidden, .normal(deviation: scale))
    let b = r.parameter("B", 2, hidden, .normal(deviation: 1 / 3.0.squareRoot()))
    let bias = r.parameter("b", 1, hidden, .normal(deviation: 1 / 3.0.squareRoot()))
    let o = r.parameter("O", hidden, 1, .normal(deviation: scale))
    let z = r.state(startingAt: r.trialInput("z0", width: hidden))
    let next = 0.75 * z + 0.25 * relu(z * c + r.input("x", width: 2) * b + bias)
    r.advance(z, to: next)
    let y = next * o
    r.output("y", y)
    r.squaredError(y, r.input("sum", width: 1))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let first = numbers.integer(below: 10)
    let second = first + 1 + numbers.integer(below: steps / 2 - first)
    var inputs: [Double] = []
    var sum = 0.0
    for t in 0..<steps {
      let value = numbers.uniform()
      let isMarked = t == first || t == second
      if isMarked { sum += value }
      inputs += [value, isMarked ? 1 : 0]
    }
    return [
      [Double](repeating: 0, count: hidden), inputs,
      (0..<steps).map { $0 == steps - 1 ? sum : 0 },
    ]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let count = 256
    let run = HeldOutRun(of: self, program, parameters: parameters, count: count, seed: seed)
    let rows = ((steps - 1) * count)..<(steps * count)
    let errors = zip(run.values(of: "y")[rows], run.channel("sum")[rows]).map { abs($0 - $1) }
    return againstConstant(program, parameters: parameters, seed: seed) + [
      Score(
        "within_0.1", Double(errors.count { $0 < 0.1 }) / Double(count),
        "share of held-out sums, of 0 to 2, that are right to 0.1"),
      Score(
        "rms_error", (errors.reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot(),
        "root of the mean squared error of a sum; the best constant has 0.41"),
    ]
  }
}

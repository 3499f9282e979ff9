package import Differentiation
internal import LinearAlgebra
internal import SOFO

/// Learns new labels within a trial, from one example each.
///
/// ```
/// z ← z A + relu(z C + c) W + x B + b,   logits = z O
/// ```
/// In the learning phase each class is shown once, with a label from a permutation drawn
/// for the trial, and a cue; then the classes come in random order without labels, and the
/// label is wanted at the last of a sample's 10 steps. A sample is its class's axis plus
/// noise of deviation 0.1 that stays for the sample.
package struct OneShot: LearningTask {
  package let classes: Int
  package let state: Int
  package let hidden: Int
  private static let sample = 10

  package init(classes: Int = 3, state: Int = 100, hidden: Int = 400) {
    self.classes = classes
    self.state = state
    self.hidden = hidden
  }

  package var steps: Int { 2 * classes * Self.sample }
  package var defaultBatch: Int { 64 }
  package var advice: Advice {
    Advice(
      rule: .search, learningRate: 1, damping: 1e-3, tangents: 128, kind: .blockLocalRankOne)
  }

  /// The mean over the samples that are asked for.
  package var stepWeights: [Double] {
    (0..<steps).map { t in
      t >= classes * Self.sample && t % Self.sample == Self.sample - 1 ? 1 / Double(classes) : 0
    }
  }

  package func record() -> Program {
    let r = Recorder()
    func deviation(_ inputs: Int) -> Double { 1 / Double(inputs).squareRoot() }
    let width = 2 * classes + 1
    let a = r.parameter("A", state, state, .zeros)
    let c = r.parameter("C", state, hidden, .normal(deviation: deviation(state + 1)))
    let cBias = r.parameter("c", 1, hidden, .normal(deviation: deviation(state + 1)))
    let w = r.parameter("W", hidden, state, .normal(deviation: deviation(hidden)))
    let b = r.parameter("B", width, state, .normal(deviation: deviation(width + 1)))
    let bias = r.parameter("b", 1, state, .normal(deviation: deviation(width + 1)))
    let o = r.parameter("O", state, classes, .normal(deviation: deviation(state)))
    let z = r.state(startingAt: r.trialInput("z0", width: state))
    let x = r.input("x", width: width)
    let next = z * a + relu(z * c + cBias) * w + x * b + bias
    r.advance(z, to: next)
    let logits = next * o
    r.output("logits", logits)
    r.crossEntropy(logits, r.input("label", width: classes))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let labels = numbers.permutation(of: classes)
    let order = Array(0..<classes) + numbers.permutation(of: classes)
    var inputs: [Double] = []
    var wanted: [Double] = []
    for (place, item) in order.enumerated() {
      let isShown = place < classes
      var row = [Double](repeating: 0, count: 2 * classes + 1)
      for i in 0..<classes { row[i] = (i == item ? 1 : 0) + 0.1 * numbers.normal() }
      if isShown {
        row[classes + labels[item]] = 1
        row[2 * classes] = 1
      }
      var label = [Double](repeating: 0, count: classes)
      label[labels[item]] = 1
      for _ in 0..<Self.sample {
        inputs += row
        wanted += label
      }
    }
    return [[Double](repeating: 0, count: state), inputs, wanted]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let found = HeldOutRun(of: self, program, parameters: parameters, count: 256, seed: seed)
      .decisions().decisions
    return [
      Score(
        "accuracy", Double(found.right) / Double(found.count),
        "share of held-out decisions that are right"),
      Score("accuracy_chance", 1 / Double(classes), "the same by guessing"),
    ]
  }
}

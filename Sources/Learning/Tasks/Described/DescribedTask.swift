package import Differentiation
internal import LinearAlgebra
internal import RandomNumbers
internal import SOFO

/// A task that a file describes: signals in, signals wanted, when they count, and the network.
///
/// ```
/// rate:     r ← (1 − a) r + a f(r W + x U + b)
/// current:  z ← (1 − a) z + a (f(z) W + x U + b),   r = f(z)
/// ```
/// and `y = r O + o`, or its tanh. Rates or currents start at 0. The loss is the mean over the
/// trial's steps of the step's weight times the error.
package struct DescribedTask: LearningTask {
  package let description: TaskDescription
  /// The file's text, for the result.
  package let text: String

  package init(_ description: TaskDescription, text: String = "") {
    precondition(
      description.inputWidth > 0 && description.targetWidth > 0
        && (0..<description.steps).contains(where: description.canCount),
      "a description without inputs, targets or a step that counts")
    self.description = description
    self.text = text
  }

  package var steps: Int { description.steps }
  package var defaultBatch: Int { 64 }
  package var stepWeights: [Double] {
    (0..<steps).map { description.canCount($0) ? 1 / Double(steps) : 0 }
  }
  package var advice: Advice {
    Advice(rule: .search, learningRate: 1, damping: 1e-3, tangents: 128, kind: .blockLocal)
  }

  package func record() -> Program {
    let r = Recorder()
    let network = description.network
    let (n, inputs, outputs) = (network.hidden, description.inputWidth, description.targetWidth)
    let scale = 1 / Double(n).squareRoot()
    let w = r.parameter("W", n, n, .normal(deviation: network.gain * scale))
    let u = r.parameter("U", inputs, n, .normal(deviation: 1 / Double(inputs).squareRoot()))
    let b = r.parameter("b", 1, n, .zeros)
    let o = r.parameter("O", n, outputs, .normal(deviation: scale))
    let c = r.parameter("o", 1, outputs, .zeros)
    func f(_ x: Expression) -> Expression { network.function == .tanh ? tanh(x) : relu(x) }
    let z = r.state(startingAt: r.trialInput("z0", width: n))
    let x = r.input("x", width: inputs)
    let a = network.leak
    let next: Expression
    let rates: Expression
    switch network.cell {
    case .rate:
      next = (1 - a) * z + a * f(z * w + x * u + b)
      rates = next
    case .current:
      next = (1 - a) * z + a * (f(z) * w + x * u + b)
      rates = f(next)
    }
    r.advance(z, to: next)
    let sum = rates * o + c
    let y = network.readout == .tanh ? tanh(sum) : sum
    r.output("activity", rates)
    r.output("y", y)
    let target = r.input("target", width: outputs)
    let weight = r.input("weight", width: 1)
    switch description.loss {
    case .squaredError: r.squaredError(y, target, weight: weight)
    case .crossEntropy: r.crossEntropy(y, target, weight: weight)
    }
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let trial = DescribedTrial(description, &numbers)
    return [
      [Double](repeating: 0, count: description.network.hidden),
      trial.channels(description.inputs), trial.channels(description.targets), trial.weights,
    ]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let scores = againstConstant(program, parameters: parameters, seed: seed)
    guard description.loss == .crossEntropy else { return scores }
    let found = HeldOutRun(of: self, program, parameters: parameters, count: 256, seed: seed)
      .decisions().decisions
    return scores + [
      Score(
        "accuracy", Double(found.right) / Double(max(1, found.count)),
        "share of held-out decisions that are right"),
      Score("accuracy_chance", 1 / Double(description.targetWidth), "the same by guessing"),
    ]
  }

  package func pictures(_ program: Program, parameters: [Double], seed: UInt64) -> [Picture] {
    let trials = (0..<Self.exampleCount).map { k in
      var numbers = TrialRandom(
        RandomStream(seed: seed, purpose: .heldOutTrials, k: k, iteration: 1))
      return DescribedTrial(description, &numbers)
    }
    func drawn(_ name: String, _ names: [String], _ numbers: [Double]) -> [Picture] {
      guard !names.isEmpty else { return [] }
      return [
        Picture(
          name: name, meaning: "drawn for these trials: " + names.joined(separator: ", "),
          rows: "trial", columns: name, columnCount: names.count, values: numbers)
      ]
    }
    return heldOutTrials(program, parameters: parameters, seed: seed)
      + drawn("values", description.values.map(\.name), trials.flatMap(\.values))
      + drawn(
        "times", description.times.map(\.name), trials.flatMap { $0.times.map(Double.init) })
  }
}

package import Differentiation
internal import LinearAlgebra
internal import SOFO

/// Autonomous prediction of the Lorenz system from a starting point.
///
/// The network starts at a point of a standardised trajectory and is compared with what
/// follows, `dt = 0.01` a step. Training segments come from the first nine tenths of a
/// trajectory of 200,000 points, held-out ones from the rest.
package struct Lorenz: LearningTask {
  /// Which network.
  package enum Cell: String, CaseIterable, Sendable {
    /// `y ← y A + relu([y, 1] C) W`, A starting as the identity (OCaml reference).
    case residual
    /// `h ← h L + relu(h C) W + b`, output `relu(h) O` (JAX reference).
    case published
  }

  /// Where the loss is taken.
  package enum Supervision: String, CaseIterable, Sendable { case every, end }

  /// Which network it is, of how many hidden units, over how many steps, and where
  /// the loss is taken.
  package let cell: Cell
  package let hidden: Int
  package let steps: Int
  package let supervision: Supervision
  /// Deviation of the noise on the published cell's targets.
  package let targetNoise: Double
  private let trajectory: LorenzTrajectory
  private let split: Int

  package init(
    cell: Cell = .residual, hidden: Int = 100, steps: Int = 32, supervision: Supervision = .every
  ) {
    self.cell = cell
    self.hidden = hidden
    self.steps = steps
    self.supervision = supervision
    targetNoise = cell == .published ? 0.0125 : 0
    split = 180_000
    trajectory = LorenzTrajectory(count: 200_000, standardised: 180_000)
  }

  package var defaultBatch: Int { cell == .published ? 256 : 128 }

  /// Mean over steps for the residual cell, sum for the published one, 1 at the end only.
  package var stepWeights: [Double] {
    switch (supervision, cell) {
    case (.end, _): (0..<steps).map { $0 == steps - 1 ? 1 : 0 }
    case (.every, .residual): [Double](repeating: 1 / Double(steps), count: steps)
    case (.every, .published): [Double](repeating: 1, count: steps)
    }
  }

  package var advice: Advice {
    // Directions of one tensor each: with all tensors in every direction the published cell
    // stalls from some starts, and the other takes twice the iterations.
    // A third of the numbers of the small cell, on twice the trials that a gradient wants.
    Advice(
      rule: .search, learningRate: 1, damping: 1e-3, tangents: cell == .published ? 128 : 256,
      kind: .blockLocal, batch: 256)
  }

  package func record() -> Program {
    let r = Recorder()
    let target: Expression
    switch cell {
    case .residual:
      let a = r.parameter("A", 3, 3, .identity(scale: 1))
      let c = r.parameter("C", 3, hidden, .normal(deviation: 0.5))
      let bias = r.parameter("c", 1, hidden, .normal(deviation: 0.5))
      let w = r.parameter(
        "W", hidden, 3, .normal(deviation: 0.1 / Double(hidden).squareRoot()))
      let y = r.state(startingAt: r.trialInput("start", width: 3))
      target = r.input("target", width: 3)
      let next = y * a + relu(y * c + bias) * w
      r.advance(y, to: next)
      r.output("y", next)
      r.squaredError(next, target)
    case .published:
      func deviation(_ inputs: Int) -> Double { (0.2 / Double(inputs)).squareRoot() }
      let l = r.parameter("Wl", 3, 3, .truncatedNormal(deviation: deviation(3)))
      let c = r.parameter("C", 3, hidden, .truncatedNormal(deviation: deviation(3)))
      let w = r.parameter("Wh", hidden, 3, .truncatedNormal(deviation: deviation(hidden)))
      let b = r.parameter("b", 1, 3, .zeros)
      let o = r.parameter("Wout", 3, 3, .truncatedNormal(deviation: deviation(3)))
      let h = r.state(startingAt: r.trialInput("start", width: 3))
      target = r.input("target", width: 3)
      let next = h * l + relu(h * c) * w + b
      r.advance(h, to: next)
      let y = relu(next) * o
      r.output("y", y)
      r.squaredError(y, target)
    }
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let first =
      heldOut
      ? split + numbers.integer(below: trajectory.count - split - steps - 1)
      : numbers.integer(below: split - steps - 1)
    let points = trajectory.points
    var target = Array(points[(3 * (first + 1))..<(3 * (first + 1 + steps))])
    if targetNoise > 0 && !heldOut {
      for i in target.indices { target[i] += targetNoise * numbers.normal() }
    }
    return [Array(points[(3 * first)..<(3 * first + 3)]), target]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let errors = againstConstant(program, parameters: parameters, seed: seed)
    // The published cell reads its output from another space than its state: it is no map.
    guard cell == .residual else { return errors }
    return errors
      + LorenzJudge(trajectory: trajectory, first: split).scores(program, parameters: parameters)
  }

  package func pictures(_ program: Program, parameters: [Double], seed: UInt64) -> [Picture] {
    let trials = heldOutTrials(program, parameters: parameters, seed: seed)
    guard cell == .residual else { return trials }
    return trials
      + LorenzJudge(trajectory: trajectory, first: split).pictures(program, parameters: parameters)
  }
}

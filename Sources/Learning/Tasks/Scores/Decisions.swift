package import Differentiation
package import LinearAlgebra

/// How many decisions of a classifier are right, and of how many.
///
/// A decision is the largest output of a trial at a step that is scored: one of a weight in the
/// loss.
package struct Decisions: Sendable, Equatable {
  package private(set) var right = 0
  package private(set) var count = 0

  package init() {}

  /// Adds the decisions of a step that is scored, where the first term of the loss is a
  /// cross-entropy.
  package mutating func add<S: Scalar>(
    step: Int, of trials: borrowing Trials<S>, _ program: Program, _ arena: borrowing Arena<S>,
    _ layout: ValueLayout
  ) {
    guard trials.stepWeights[step] > 0, let loss = program.losses.first,
      case .crossEntropy = loss.kind
    else { return }
    let (outputs, labels) = (layout[loss.output], layout[loss.target])
    let (y, wanted) = (arena.elements(outputs), arena.elements(labels))
    let width = outputs.columns
    for row in 0..<outputs.rows {
      if let weight = loss.weight, arena.elements(layout[weight])[row] <= 0 { continue }
      let first = row * width
      var best = first
      for i in first..<(first + width) where y[i] > y[best] { best = i }
      count += 1
      if wanted[best] > 0.5 { right += 1 }
    }
  }
}

extension HeldOutRun {
  /// The decisions of the first term of the loss, and the loss.
  func decisions() -> (decisions: Decisions, loss: Double) {
    var rollout = Rollout<Double>(program, rows: trials.count)
    rollout.load(parameters: parameters)
    let layout = rollout.layout
    var decisions = Decisions()
    let loss = rollout.run(trials) { t, arena in
      decisions.add(step: t, of: trials, program, arena, layout)
    }
    return (decisions, loss)
  }
}

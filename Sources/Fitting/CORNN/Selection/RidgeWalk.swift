internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// A visitor with panels, whose widths constraints may bound.
protocol SearchWalk<S>: RidgeVisitor {
  var works: [PanelWork] { get set }
}

/// Solutions at one ridge after another, each from those of the last.
struct RidgeWalk<S: Scalar & Transferable>: SearchWalk {
  let problem: FitProblem<S>
  /// The same subproblems with one loss each.
  var works: [PanelWork]
  let phases: Phases
  let alphas: Int
  /// Whether this rank was asked to stop.
  let isAbandoned: @Sendable () -> Bool
  /// Judges by the first loss whether to go on; nil to visit every ridge.
  var descent: Descent?
  /// By loss and ridge.
  private(set) var outcomes: [[PanelOutcome<S>]]

  init(
    problem: FitProblem<S>, works: [PanelWork], phases: Phases, alphas: Int,
    isAbandoned: @escaping @Sendable () -> Bool, descent: Descent?
  ) {
    self.problem = problem
    self.works = works
    self.phases = phases
    self.alphas = alphas
    self.isAbandoned = isAbandoned
    self.descent = descent
    outcomes = works.map { _ in [] }
  }

  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == S {
    var found: [PanelOutcome<S>] = []
    for (work, earlier) in zip(works, outcomes) {
      guard
        let outcome = try work.run(
          problem.recording, form: form, from: earlier.last, phases: phases,
          isAbandoned: isAbandoned)
      else { break }
      found.append(outcome)
    }
    // Where one rank gives up, all do.
    guard try group.maximum(works.count - found.count) == 0 else { throw SearchPaused() }
    for (i, outcome) in found.enumerated() { outcomes[i].append(outcome) }
    guard descent != nil, let first = found.first else { return true }
    var errors = Tally(alphas: alphas, lambdas: 1)
    errors.add([first], trainingCount: works[0].fitted.count)
    try errors.sum(over: group)
    let relative = (0..<alphas).map { errors.relativeError(0, $0) }
    return descent?.isOver(after: relative) == false
  }
}

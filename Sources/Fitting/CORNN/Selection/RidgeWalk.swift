internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// A visitor with panels, whose width constraints may bound.
protocol SearchWalk<S>: RidgeVisitor {
  var work: PanelWork { get set }
}

/// Solutions at one ridge after another, each from those of the last.
struct RidgeWalk<S: Scalar & Transferable>: SearchWalk {
  let problem: FitProblem<S>
  /// A neuron's subproblems follow each other, by leak and then by loss.
  var work: PanelWork
  let phases: Phases
  let leaks: Int
  let losses: Int
  /// Whether this rank was asked to stop.
  let isAbandoned: @Sendable () -> Bool
  /// Judges by the first loss whether to go on; nil to visit every ridge.
  var descent: Descent?
  /// By ridge.
  private(set) var outcomes: [PanelOutcome<S>] = []

  init(
    problem: FitProblem<S>, work: PanelWork, phases: Phases, leaks: Int, losses: Int,
    isAbandoned: @escaping @Sendable () -> Bool, descent: Descent?
  ) {
    self.problem = problem
    self.work = work
    self.phases = phases
    self.leaks = leaks
    self.losses = losses
    self.isAbandoned = isAbandoned
    self.descent = descent
  }

  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == S {
    let outcome = try work.run(
      problem.recording, form: form, from: outcomes.last, phases: phases,
      isAbandoned: isAbandoned)
    // Where one rank gives up, all do.
    guard try group.maximum(outcome == nil ? 1 : 0) == 0, let outcome else { throw SearchPaused() }
    outcomes.append(outcome)
    guard descent != nil else { return true }
    var errors = Tally(alphas: leaks, lambdas: 1)
    errors.add(
      [outcome], place: LossPlace(0, of: losses), trainingCount: work.fitted.count)
    try errors.sum(over: group)
    let relative = (0..<leaks).map { errors.relativeError(0, $0) }
    return descent?.isOver(after: relative) == false
  }

  /// The errors of each loss on this rank's neurons, by ridge and leak.
  func tallies() -> [Tally] {
    (0..<losses).map { loss in
      var tally = Tally(alphas: leaks, lambdas: outcomes.count)
      tally.add(
        outcomes, place: LossPlace(loss, of: losses), trainingCount: work.fitted.count)
      return tally
    }
  }
}

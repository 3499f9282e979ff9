internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// The leaks that rules give the neurons of a rank, and which of its subproblems has each.
struct PulledLeaks {
  /// One a neuron that can be fitted and leak that a rule gives it, neuron by neuron.
  private(set) var subproblems: [Subproblem] = []
  /// By rule and neuron: where its subproblem stands.
  private(set) var places: [[Int]]

  /// `leaks` are those of the neurons without a pull, by local index.
  init(
    _ rules: [LeakRule], of neurons: [Int], from leaks: [Double], on grid: [Double],
    loss: PointwiseLoss
  ) {
    places = rules.map { _ in [] }
    for neuron in neurons {
      let first = subproblems.count
      for (i, rule) in rules.enumerated() {
        let leak = rule.leak(from: leaks[neuron], on: grid)
        let place = subproblems[first...].firstIndex { $0.alpha == leak } ?? subproblems.count
        if place == subproblems.count {
          subproblems.append(Subproblem(neuron: neuron, alpha: leak, loss: loss))
        }
        places[i].append(place)
      }
    }
  }

  /// The leaks that a rule gives the neurons.
  func leaks(_ rule: Int) -> [Double] { places[rule].map { subproblems[$0].alpha } }
}

/// The networks of all rules on one fold at one ridge after another, each held against the
/// validation block.
struct HorizonWalk<S: Scalar & Transferable>: SearchWalk {
  let problem: FitProblem<S>
  let leaks: PulledLeaks
  /// The validation block, as positions and as transitions; runs on it if any fits in.
  let block: Range<Int>
  let heldOut: Transitions
  let runs: FreeRuns<S>?
  /// Frames ahead, whether or not runs of so many fit in.
  let horizon: Int
  var work: PanelWork
  let phases: Phases
  let isAbandoned: @Sendable () -> Bool
  private var last: PanelOutcome<S>?
  /// By ridge, of this rank's neurons.
  private(set) var tallies: [HorizonTally] = []

  init(
    _ problem: FitProblem<S>, leaks: PulledLeaks, validation: [Int], _ grid: HorizonGrid,
    work: PanelWork, phases: Phases, isAbandoned: @escaping @Sendable () -> Bool
  ) {
    self.problem = problem
    self.leaks = leaks
    runs = FreeRuns(problem, block: validation, horizon: grid.horizon, most: grid.starts)
    horizon = grid.horizon
    self.phases = phases
    self.isAbandoned = isAbandoned
    block = validation[0]..<(validation[0] + validation.count)
    heldOut = problem.transitions.selecting(validation)
    self.work = work
  }

  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == S {
    let outcome = try work.run(
      problem.recording, form: form, from: last, phases: phases, isAbandoned: isAbandoned)
    // Where one rank gives up, all do.
    guard try group.maximum(outcome == nil ? 1 : 0) == 0, let outcome else { throw SearchPaused() }
    last = outcome
    let weights = form.weights(of: outcome, regressors: problem.regressors.count)
    tallies.append(
      try phases.measure("score") { try tally(of: weights, problem.recording, group: group) })
    return true
  }

  private func tally(
    of weights: borrowing Matrix<S>, _ recording: borrowing PreparedRecording<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> HorizonTally {
    var tally = HorizonTally(rules: leaks.places.count, horizon: horizon)
    var drive = product(weights, problem.regressors.fitted.matrix.copy(columns: block))
    var elements = drive.mutableElements
    applyTanh(to: &elements)
    var scores: [NeuronScore] = []
    for (place, member) in leaks.subproblems.enumerated() {
      scores.append(
        NeuronScore(
          rates: recording.rates.row(member.neuron), transitions: heldOut, alpha: member.alpha,
          drive: drive.row(place)))
    }
    for i in problem.fittable.indices {
      tally.add(oneStep: leaks.places.map { scores[$0[i]] })
    }
    guard let runs else { return tally }
    tally.add(persistence: runs.errorsOfPersistence())
    for (rule, places) in leaks.places.enumerated() {
      tally.add(
        free: try runs.errors(
          of: weights.selectedRows(places), leaks: leaks.leaks(rule), group: group), rule: rule)
    }
    return tally
  }
}

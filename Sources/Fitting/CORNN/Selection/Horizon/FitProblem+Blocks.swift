package import Collectives
package import Kernels
internal import LinearAlgebra
package import Runtime

/// How the rows of a network are fitted.
package struct FitRecipe: Sendable {
  /// What is minimised, of a neuron and transition.
  package let loss: PointwiseLoss
  /// The leak of each of this rank's neurons.
  package let leaks: [Double]
  package let configuration: Configuration
  package let constraints: Constraints

  package init(
    loss: PointwiseLoss, leaks: [Double], configuration: Configuration, constraints: Constraints
  ) {
    self.loss = loss
    self.leaks = leaks
    self.configuration = configuration
    self.constraints = constraints
  }
}

extension FitProblem {
  /// The network that is fitted without a block: to the training transitions, each as often as it is
  /// among them.
  ///
  /// - Throws: `FitError`; what `group` throws.
  /// - Returns: the weights of this rank's neurons; zero where a neuron is left out.
  /// - Complexity: that of a fit.
  /// - Collective: every rank of `group` must call it.
  package func weights(
    without fold: Fold, _ recipe: FitRecipe, group: borrowing some RankGroup & ~Copyable,
    threads: Int, phases: Phases
  ) throws -> StartingWeights {
    let configuration = recipe.configuration
    let search = CrossValidation(
      problem: self, grid: SelectionGrid(), configuration: configuration, threads: threads,
      memory: SearchMemory(), restriction: restriction(recipe.constraints, configuration))
    let regressors = try Regressors(self.regressors, fold: fold, heldOut: .unitStates, group: group)
    let fitted = transitions.selecting(fold.training)
    let subproblems = fittable.map {
      Subproblem(neuron: $0, alpha: recipe.leaks[$0], loss: recipe.loss)
    }
    let work = search.work(subproblems, of: fold, heldOut: [], configuration)
    var walk = BlockWalk(problem: self, work: work, phases: phases)
    try search.visit(
      &walk, subproblems, regressors, [fitted.ridge(lambda: configuration.lambda)], configuration,
      group: group, phases: phases)
    guard let weights = walk.weights else { throw FitError.nothingToFit }
    return weights
  }
}

/// The weights of a network at one ridge.
private struct BlockWalk<S: Scalar & Transferable>: SearchWalk {
  let problem: FitProblem<S>
  var work: PanelWork
  let phases: Phases
  var weights: StartingWeights?

  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == S {
    guard
      let outcome = try work.run(
        problem.recording, form: form, from: nil, phases: phases, isAbandoned: { false })
    else { throw SearchPaused() }
    let found = form.weights(of: outcome, regressors: problem.regressors.count)
      .converted(to: Double.self)
    var rows = Matrix<Double>(
      rows: problem.regressors.local.count, columns: problem.regressors.count)
    for (i, neuron) in problem.fittable.enumerated() { rows.copyRow(neuron, from: found, i) }
    weights = StartingWeights(rows)
    return false
  }
}

extension SubproblemForm where Self: ~Copyable {
  /// The weights by the scale of so many regressors, a row a subproblem; where unit states are
  /// held out, whose currents these are.
  func weights(of outcome: PanelOutcome<S>, regressors: Int) -> Matrix<S> {
    let rows = outcome.panels.reduce(0) { $0 + $1.rows.count }
    var weights = Matrix<S>(rows: rows, columns: regressors)
    var row = 0
    for panel in outcome.panels {
      let part = heldOutResponse(panel.coefficients, neurons: panel.neurons)
      for i in 0..<part.rows { weights.copyRow(row + i, from: part, i) }
      row += part.rows
    }
    return weights
  }
}

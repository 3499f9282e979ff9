package import Collectives
package import LinearAlgebra

extension Configuration {
  /// The form to use for a problem of this size.
  ///
  /// Per neuron and iteration the primal form costs `4 T M + 2 M²` flops, the dual form
  /// `2 T²`: equal at `T = (1 + √2) M`.
  func resolvedForm(samples: Int, regressors: Int) -> Form {
    guard form == .auto else { return form }
    return Double(samples) <= (1 + 2.0.squareRoot()) * Double(regressors) ? .dual : .primal
  }
}

extension FitProblem {
  /// Fits a network to the recording (CORNN).
  ///
  /// For each neuron i it minimises `Σ_t φ(w_i · x[t]; d_i[t]) + λ/2 ‖w_i‖²` with
  /// `λ = lambda · T`, `d_i[t] = (r_i[t+1] − (1 − α_i) r_i[t]) / α_i` and x[t] the rates of
  /// all neurons, the inputs (each divided by its root mean square) and the constant 1.
  ///
  /// `constraints` forbid weights or fix their signs.
  ///
  /// `alpha` has the leak of each of this rank's neurons. `threads` panels of neurons are
  /// solved at a time, each with a BLAS of one thread; `progress` is told after each panel,
  /// on any thread, how many of this rank's neurons are solved.
  ///
  /// - Throws: `FitError`; what `group` throws.
  /// - Returns: this rank's share of the network.
  /// - Complexity: dual `O(N T²)` set-up and `2 T²` flops per neuron and iteration; primal
  ///   `O(T M²)` and `4 T M + 2 M²`. The iterations do not communicate.
  /// - Collective: every rank of `group` must call it.
  ///
  /// Reference: Dinc, Shai, Schnitzer, Tanaka (NeurIPS 2023). Differences: increments
  /// instead of the map A⁻¹XᵀX, exact exclusion of self-connections instead of ADMM,
  /// conjugate gradients with a line search, convex losses only.
  package func fit(
    loss: PointwiseLoss, alpha: [Double], configuration: Configuration,
    constraints: Constraints = Constraints(),
    group: borrowing some RankGroup & ~Copyable, threads: Int, phases: Phases,
    progress: @escaping @Sendable (_ solved: Int) -> Void = { _ in }
  ) throws -> Fit<S> {
    let work = PanelWork(
      subproblems: fittable.map { Subproblem(neuron: $0, alpha: alpha[$0]) },
      margin: configuration.targetMargin, fitted: transitions, heldOut: heldOut,
      solver: ConjugateGradients(
        loss: loss, tolerance: configuration.tolerance, iterations: configuration.iterations,
        initialMargin: configuration.initialMargin),
      threads: threads)
    let ridge = configuration.lambda * Double(transitions.count)
    let excludesSelf = !configuration.selfConnections
    let outcome: PanelOutcome<S>
    guard constraints.isEmpty else {
      return try fit(
        constraints, work, ridge: ridge, configuration: configuration, group: group,
        phases: phases, progress: progress)
    }
    let isDual =
      configuration.resolvedForm(
        samples: regressors.samples, regressors: regressors.count) == .dual
    if isDual {
      let form = try DualForm(
        gram: DualGram(regressors, group: group, phases: phases), ridge: ridge,
        excludesSelf: excludesSelf, group: group, phases: phases)
      outcome = try work.run(recording, form: form, phases: phases, progress: progress)
    } else {
      let form = try PrimalForm(
        gram: PrimalGram(regressors, group: group, phases: phases), ridge: ridge,
        excludesSelf: excludesSelf, group: group, phases: phases)
      outcome = try work.run(recording, form: form, phases: phases, progress: progress)
    }
    return try Fit(
      regressors: regressors, isDual: isDual, excludesSelf: excludesSelf, mask: nil,
      outcome: outcome, transitions: transitions, heldOut: heldOut, group: group)
  }
}

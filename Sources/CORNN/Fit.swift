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

/// Fits a network to a recording (CORNN).
///
/// For each neuron i it minimises `Σ_t φ(w_i · x[t]; d_i[t]) + λ/2 ‖w_i‖²` with
/// `λ = lambda · T`, `d_i[t] = (r_i[t+1] − (1 − α) r_i[t]) / α` and x[t] the rates of all
/// neurons, the inputs (each divided by its root mean square) and the constant 1.
///
/// `threads` panels of neurons are solved at a time, each with a BLAS of one thread;
/// `progress` is told after each panel, on any thread, how many of this rank's neurons are
/// solved.
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
package func fit<S: Scalar & Transferable>(
  _ recording: borrowing PreparedRecording<S>, loss: PointwiseLoss, configuration: Configuration,
  group: borrowing some RankGroup & ~Copyable, threads: Int, phases: Phases,
  progress: @escaping @Sendable (_ solved: Int) -> Void = { _ in }
) throws -> Fit<S> {
  let census = try phases.measure("prepare") { try Census(of: recording, group: group) }
  let transitions = Transitions(
    in: recording.fittedFrames, trialStarts: recording.trialStarts, missing: census.missing)
  let heldOut = Transitions(
    in: recording.heldOutFrames, trialStarts: recording.trialStarts, missing: census.missing)
  guard transitions.count >= leastTransitions else {
    throw FitError.tooFewTransitions(found: transitions.count, needed: leastTransitions)
  }
  let silent = census.constant.union(census.unusable)
  let fitted = (0..<recording.rates.rows).filter { !silent.contains($0) }
  guard try group.sum(fitted.count) > 0 else { throw FitError.nothingToFit }

  let regressors = try phases.measure("exchange") {
    try Regressors(
      rates: recording.rates, local: recording.local, neurons: recording.neurons,
      silent: silent, inputs: recording.inputs, bias: configuration.bias,
      fitted: transitions, heldOut: heldOut, group: group)
  }
  let ridge = configuration.lambda * Double(transitions.count)
  let form = configuration.resolvedForm(
    samples: transitions.count, regressors: regressors.count)
  let work = PanelWork(
    neurons: fitted,
    targets: TargetRule(alpha: configuration.alpha, margin: configuration.targetMargin),
    fitted: transitions, heldOut: heldOut,
    solver: ConjugateGradients(
      loss: loss, tolerance: configuration.tolerance, iterations: configuration.iterations,
      initialMargin: configuration.initialMargin),
    threads: threads, progress: progress)

  let outcome: PanelOutcome<S>
  let excludesSelf = !configuration.selfConnections
  switch form {
  case .dual, .auto:
    let form = try DualForm(
      regressors, ridge: ridge, excludesSelf: excludesSelf, group: group, phases: phases)
    outcome = try work.run(recording, form: form, phases: phases)
  case .primal:
    let form = try PrimalForm(
      regressors, ridge: ridge, excludesSelf: excludesSelf, group: group, phases: phases)
    outcome = try work.run(recording, form: form, phases: phases)
  }
  return try Fit(
    regressors: regressors, isDual: form == .dual, excludesSelf: excludesSelf,
    outcome: outcome,
    transitions: transitions, heldOut: heldOut, group: group)
}

/// Fewer transitions cannot tell anything about a network.
private let leastTransitions = 9

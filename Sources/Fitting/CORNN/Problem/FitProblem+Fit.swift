package import Collectives
package import Kernels
package import LinearAlgebra
package import Runtime

extension Configuration {
  /// Whether a problem of this size is solved in the dual form.
  ///
  /// Per neuron and iteration the primal form costs `4 T M + 2 M²` flops, the dual form
  /// `2 T²`: equal at `T = (1 + √2) M`.
  package func isDual(samples: Int, regressors: Int) -> Bool {
    switch form {
    case .dual: true
    case .primal: false
    case .auto: Double(samples) <= (1 + 2.0.squareRoot()) * Double(regressors)
    }
  }

  /// The method for losses: conjugate gradients, unless the loss is the published rule, which no
  /// other is solved with.
  func solver(for losses: [PointwiseLoss]) -> any PanelSolver {
    if losses.contains(where: \.isPublishedRule) {
      precondition(losses.allSatisfy(\.isPublishedRule), "the published rule among other losses")
      return PublishedMap(iterations: iterations, initialMargin: targetMargin)
    }
    return ConjugateGradients(
      tolerance: tolerance, iterations: iterations, initialMargin: initialMargin)
  }
}

extension Configuration {
  /// How losses are iterated in whitened features; nil where they are not asked for, or the loss is
  /// the published rule.
  func features(for losses: [PointwiseLoss]) -> FeatureGradients? {
    guard usesFeatures, !losses.contains(where: \.isPublishedRule) else { return nil }
    let scale = StartCurrents.clamped(margin: initialMargin)
    let whole = StartCurrents.clamped(margin: targetMargin)
    let bounded = losses.filter { $0 != .crossEntropy }.count
    // Losses whose scores are bounded forgive impulses, so that starts without them are near.
    let starts: [StartCurrents] =
      switch bounded {
      case 0: [scale, whole]
      case losses.count: [whole, .medians]
      default: [scale, whole, .medians]
      }
    return FeatureGradients(
      tolerance: tolerance, iterations: iterations, scale: scale, starts: starts,
      isBounded: bounded == losses.count, kernel: productKernel, usesCurvature: bounded == 0)
  }

  /// The kernel of products in features: one that rounds its operands where the tolerance allows it.
  package var productKernel: ProductKernel {
    tolerance < Self.roundedTolerance ? .bestUnrounded() : ProductKernel.best().kernel
  }

  /// The smallest tolerance with operands rounded to bfloat16: their split products are good to 4e-6
  /// to 1e-5 of S, and robust losses stall at 1e-5 to 3e-5 with rounded scores.
  private static var roundedTolerance: Double { 5e-5 }
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
  /// on any thread, how many of this rank's neurons are solved. `restored`, `request` and
  /// `synchronise` make it interruptible: see `PanelWork.runInRounds`; neurons in solutions are
  /// local indices. A panel that is interrupted is lost: `widestPanel` bounds its neurons.
  /// `start` has other weights to begin with than the ridge solution, in the primal form.
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
    widestPanel: Int = .max, start: StartingWeights? = nil, restored: [PanelSolution<S>] = [],
    request: @escaping @Sendable () -> WorkRequest = { .goOn },
    synchronise: (_ solved: [PanelSolution<S>]) throws -> Void = { _ in },
    progress: @escaping @Sendable (_ solved: Int) -> Void = { _ in }
  ) throws -> Fit<S> {
    if constraints.signs != nil, loss.isPublishedRule {
      throw ConstraintError.signsOfPublishedRule
    }
    var work = PanelWork(
      subproblems: fittable.map { Subproblem(neuron: $0, alpha: alpha[$0], loss: loss) },
      margin: configuration.targetMargin, fitted: transitions, heldOut: heldOut,
      solver: configuration.solver(for: [loss]), threads: threads)
    work.range = configuration.targetRange
    work.widest = widestPanel
    work.start = start
    let features = configuration.features(for: [loss])
    precondition(
      start == nil || (configuration.form == .primal && features == nil),
      "a start is weights: it needs the primal form, and no features")
    let restriction = restriction(constraints, configuration)?.restricted(to: work.subproblems)
    if restriction == nil { work.features = features }
    let (found, isDual) = try withoutActuallyEscaping(synchronise) {
      synchronise -> (found: FoundSolutions<S>?, isDual: Bool) in
      var whole = WholeFit(
        problem: self, work: work, phases: phases, restored: restored, request: request,
        synchronise: synchronise, progress: progress)
      if let restriction {
        return try solve(
          whole, under: restriction, configuration, features, group: group, phases: phases)
      }
      try CORNN.visit(
        &whole, regressors: regressors,
        ridges: [transitions.ridge(lambda: configuration.lambda)],
        configuration: configuration, features: features, group: group, phases: phases)
      let isDual = configuration.isDual(
        samples: regressors.samples, regressors: regressors.count)
      return (whole.found, isDual)
    }
    guard let found else { throw FitError.nothingToFit }
    return try Fit(
      regressors: regressors,
      isDual: isDual, excludesSelf: !configuration.selfConnections, mask: constraints.mask,
      alpha: alpha, found: found, transitions: transitions, heldOut: heldOut,
      unscored: unscored, rounds: configuration.usesFeatures, group: group)
  }
}

extension FitProblem {
  /// The constraints as this rank's neurons meet them; nil if there are none.
  func restriction(_ constraints: Constraints, _ configuration: Configuration) -> Restriction? {
    Restriction(
      constraints, local: regressors.local, neurons: regressors.neurons,
      excludesSelf: !configuration.selfConnections)
  }
}

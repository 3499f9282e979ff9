internal import Collectives
internal import LinearAlgebra
internal import Runtime

extension FitProblem {
  /// Solves this rank's subproblems under constraints; says whether it was in the dual form.
  ///
  /// Without signs, and where iterations in features are asked for, neurons that share a mask are
  /// solved in features of their own, one mask after another.
  ///
  /// - Collective: every rank of `group` must call it.
  func solve(
    _ whole: WholeFit<S>, under restriction: Restriction, _ configuration: Configuration,
    _ features: FeatureGradients?, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> (found: FoundSolutions<S>?, isDual: Bool) {
    let ridge = transitions.ridge(lambda: configuration.lambda)
    let costs = MaskCost(samples: regressors.samples, regressors: regressors.count)
    guard let features, restriction.signs == nil else {
      var visitor = whole
      let choice = try restriction.chooseForm(
        regressors, configuration, threads: whole.work.threads, group: group)
      visitor.work.widest = min(whole.work.widest, choice.widestPanel)
      try CORNN.visit(
        &visitor, under: restriction, regressors: regressors, isDual: choice.isDual,
        ridges: [ridge], group: group, phases: phases)
      return (visitor.found, choice.isDual)
    }
    let parts = try restriction.parts(
      costs,
      FeatureCost(
        samples: regressors.samples, lambda: configuration.lambda, kernel: features.kernel,
        ranks: group.size, iterations: costs.iterations),
      local: regressors.local, neurons: regressors.neurons, configuration,
      isSingle: S.self == Float.self, group: group)
    var collected = CollectedSolutions(whole)
    var rest = parts.rest
    for part in parts.groups {
      var visitor = collected.visitor(for: part.neurons)
      visitor.work.features = features
      if try visit(
        &visitor, part, restriction, ridge: ridge, isDual: parts.isDual, features, group: group,
        phases: phases)
      {
        collected.take(visitor)
        try collected.synchronise(group: group)
      } else {
        rest += part.neurons
      }
    }
    let isLeft = try group.maximum(rest.count) > 0
    if parts.groups.isEmpty || isLeft {
      var visitor = collected.visitor(for: rest)
      let own = restriction.restricted(to: visitor.work.subproblems)
      visitor.work.widest = min(
        whole.work.widest,
        own.widestPanel(costs, isDual: parts.isDual, threads: whole.work.threads))
      try CORNN.visit(
        &visitor, under: own, regressors: regressors, isDual: parts.isDual, ridges: [ridge],
        group: group, phases: phases)
      collected.take(visitor)
    }
    return (collected.found, parts.isDual)
  }

  /// Solves the neurons of a mask in features of the regressors that it allows; false if these are
  /// refused.
  ///
  /// - Collective: every rank of `group` must call it.
  private func visit(
    _ visitor: inout WholeFit<S>, _ part: MaskParts.Group, _ restriction: Restriction,
    ridge: Double, isDual: Bool, _ features: FeatureGradients,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> Bool {
    let allowed = MaskProjection.complement(
      of: part.forbidden.members, in: regressors.count)
    let own = restriction.ownRegressors(among: allowed, local: regressors.local)
    let some = try Regressors(regressors, only: allowed, group: group)
    if isDual {
      let gram = try DualGram(some, group: group, phases: phases)
      guard
        let form = try FeatureDualForm(
          gram: gram, ridge: ridge, own: own, gradients: features, group: group, phases: phases)
      else { return false }
      _ = try visitor.visit(form, group: group)
      return true
    }
    let gram = try PrimalGram(some, group: group, phases: phases)
    let form = SubsetPrimalForm(
      base: try FeaturePrimalForm(
        gram: gram, ridge: ridge, own: own, gradients: features, group: group, phases: phases),
      places: allowed, count: regressors.count)
    _ = try visitor.visit(form, group: group)
    return true
  }
}

extension Restriction {
  /// Where this rank's neurons are themselves among some regressors, ascending, if their own weights
  /// are left out.
  fileprivate func ownRegressors(among allowed: [Int], local: Range<Int>) -> OwnRegressors {
    let places = Dictionary(uniqueKeysWithValues: allowed.enumerated().map { ($1, $0) })
    return OwnRegressors(
      zip(exclusions, local).map { $0.leavesOutSelf($1) ? places[$1] : nil })
  }
}

extension Regressors {
  /// Some of the regressors, ascending, as those of a problem of their own.
  ///
  /// No neuron of a rank is known to be one of them.
  /// - Throws: what `group` throws.
  /// - Complexity: a copy; no communication between nodes.
  /// - Collective: every rank of `group` must call it.
  fileprivate convenience init(
    _ whole: Regressors, only places: [Int], group: borrowing some RankGroup & ~Copyable
  ) throws {
    func selected(_ source: borrowing Matrix<S>) throws -> NodeShared<S> {
      var shared = try group.allocateOnNode(
        rows: places.count, columns: source.columns, of: S.self)
      let rows = Partition(of: places.count, among: shared.nodeSize).range(of: shared.nodeRank)
      for i in rows { shared.matrix.copyRow(i, from: source, places[i]) }
      try shared.synchronize()
      return shared
    }
    self.init(
      fitted: try selected(whole.fitted.matrix), heldOut: try selected(whole.heldOut.matrix),
      neurons: places.count { $0 < whole.neurons }, inputScale: [], bias: whole.bias, local: 0..<0)
  }
}

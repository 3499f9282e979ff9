internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// Work on the subproblems of one set of regressors at one ridge after another.
protocol RidgeVisitor<S> {
  associatedtype S: Scalar & Transferable

  /// Works at one ridge; returns whether the next one is wanted.
  ///
  /// - Collective: every rank calls it alike.
  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == S
}

/// Readies the cheaper form at each ridge and lets the visitor work there.
///
/// The products of the regressors are taken once, the factorisation once a ridge.
/// With `gradients` they are iterated in whitened features, which many subproblems repay.
///
/// - Throws: `FitError.ridgeTooSmall`; what `group` and the visitor throw.
/// - Collective: every rank of `group` must call it.
func visit<V: RidgeVisitor>(
  _ visitor: inout V, regressors: Regressors<V.S>, ridges: [Double],
  configuration: Configuration, features gradients: FeatureGradients? = nil,
  group: borrowing some RankGroup & ~Copyable, phases: Phases
) throws {
  let excludesSelf = !configuration.selfConnections
  let own = OwnRegressors(in: regressors, excludesSelf: excludesSelf)
  if configuration.isDual(samples: regressors.samples, regressors: regressors.count) {
    let gram = try DualGram(regressors, group: group, phases: phases)
    for ridge in ridges {
      if let gradients,
        let form = try FeatureDualForm(
          gram: gram, ridge: ridge, own: own, gradients: gradients,
          group: group, phases: phases)
      {
        guard try visitor.visit(form, group: group) else { return }
      } else {
        let form = try DualForm(
          gram: gram, ridge: ridge, excludesSelf: excludesSelf, group: group, phases: phases)
        guard try visitor.visit(form, group: group) else { return }
      }
    }
  } else {
    let gram = try PrimalGram(regressors, group: group, phases: phases)
    for ridge in ridges {
      if let gradients {
        let form = try FeaturePrimalForm(
          gram: gram, ridge: ridge, own: own, gradients: gradients,
          group: group, phases: phases)
        guard try visitor.visit(form, group: group) else { return }
      } else {
        let form = try PrimalForm(
          gram: gram, ridge: ridge, excludesSelf: excludesSelf, group: group, phases: phases)
        guard try visitor.visit(form, group: group) else { return }
      }
    }
  }
}

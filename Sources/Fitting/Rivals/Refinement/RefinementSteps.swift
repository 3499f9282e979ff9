internal import Collectives

/// Steps that refine a network.
protocol RefinementSteps: ~Copyable {
  /// Where it is.
  var network: RefinedNetwork { get }

  /// One step.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func step(group: borrowing some RankGroup & ~Copyable) throws
}

package import Collectives
internal import LinearAlgebra

/// What constraints add to the work and memory of a fit, for its plan.
package struct MaskLoad: Sendable {
  /// Whether the dual form takes less work under them.
  package let isDual: Bool
  /// Flops of the iterations and factors on the busiest rank.
  package let flops: Double
  /// Bytes of factors that a rank holds at a time.
  package let factorBytes: Double

  /// The sizes of a fit on this rank.
  package struct Sizes {
    /// This rank's neurons, and all.
    let local: Range<Int>
    let neurons: Int
    let samples: Int
    let regressors: Int
    /// Iterations to expect.
    let iterations: Double
    /// Whether they are float32.
    let isSingle: Bool
    let threads: Int

    package init(
      local: Range<Int>, neurons: Int, samples: Int, regressors: Int, iterations: Double,
      isSingle: Bool, threads: Int
    ) {
      self.local = local
      self.neurons = neurons
      self.samples = samples
      self.regressors = regressors
      self.iterations = iterations
      self.isSingle = isSingle
      self.threads = threads
    }
  }

  /// - Returns: nil if there are no constraints.
  /// - Collective: every rank of `group` must call it.
  package init?(
    _ constraints: Constraints, in sizes: Sizes, configuration: Configuration,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    guard
      let restriction = Restriction(
        constraints, local: sizes.local, neurons: sizes.neurons,
        excludesSelf: !configuration.selfConnections)
    else { return nil }
    var costs = MaskCost(samples: sizes.samples, regressors: sizes.regressors)
    costs.iterations = sizes.iterations
    let isDual = try restriction.resolvesToDual(
      costs, configuration, isSingle: sizes.isSingle, group: group)
    let own = restriction.flops(costs)
    let width = restriction.widestPanel(costs, isDual: isDual, threads: sizes.threads)
    let order = Double(restriction.largestOwnFactor(costs, isDual: isDual))
    let shared = restriction.sharedFactorEntries(costs, isDual)
    let panel = Double(min(width * sizes.threads, sizes.local.count)) * order * order
    self.isDual = isDual
    flops = try group.maximum(isDual ? own.dual : own.primal)
    factorBytes = try group.maximum(8 * (panel + shared))
  }
}

extension Restriction {
  /// Entries of the factors that several neurons share: each is kept until its last user.
  fileprivate func sharedFactorEntries(_ costs: MaskCost, _ isDual: Bool) -> Double {
    var counted: Set<ForbiddenSet> = []
    var entries = 0.0
    for exclusion in exclusions where exclusion.users > 1 {
      guard counted.insert(exclusion.set).inserted else { continue }
      let order = Double(order(ofFactorOf: exclusion, costs, isDual: isDual))
      entries += order * order
    }
    return entries
  }
}

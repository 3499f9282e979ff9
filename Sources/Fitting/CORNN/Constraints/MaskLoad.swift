package import Collectives
package import LinearAlgebra

/// What constraints add to the work and memory of a fit, for its plan.
package struct MaskLoad: Sendable {
  /// Whether the dual form takes less work under them.
  package let isDual: Bool
  /// Flops of the iterations and factors on the busiest rank, of neurons with exact projections.
  package let flops: Double
  /// Bytes of factors that a rank holds at a time.
  package let factorBytes: Double
  /// Whether some neurons are solved with exact projections; the others are in features.
  package let isExactSomewhere: Bool
  /// Of those: flops of packed products and in float64, and numbers of vectors, on the busiest rank.
  package let flopsPacked: Double
  package let flopsMeasured: Double
  package let numbers: Double
  /// Flops of their Gram matrices over all ranks, of what the ranks of a node share of their
  /// features, and of one rank alone.
  package let gramFlops: Double
  package let sharedFlops: Double
  package let aloneFlops: Double
  /// Bytes a node of one mask's features, the largest.
  package let featureBytes: Double

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
    /// What iterations in features multiply with; nil where they are none.
    let kernel: ProductKernel?

    package init(
      local: Range<Int>, neurons: Int, samples: Int, regressors: Int, iterations: Double,
      isSingle: Bool, threads: Int, kernel: ProductKernel?
    ) {
      self.local = local
      self.neurons = neurons
      self.samples = samples
      self.regressors = regressors
      self.iterations = iterations
      self.isSingle = isSingle
      self.threads = threads
      self.kernel = kernel
    }
  }

  /// - Returns: nil if there are no constraints.
  /// - Collective: every rank of `group` must call it.
  package init?(
    _ constraints: Constraints, in sizes: Sizes, configuration: Configuration,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    guard
      let whole = Restriction(
        constraints, local: sizes.local, neurons: sizes.neurons,
        excludesSelf: !configuration.selfConnections)
    else { return nil }
    var costs = MaskCost(samples: sizes.samples, regressors: sizes.regressors)
    var restriction = whole
    var features = FeatureCost.Load()
    if let kernel = sizes.kernel, whole.signs == nil {
      let parts = try whole.parts(
        costs, sizes.featureCost(kernel, configuration, iterations: costs.iterations, group: group),
        local: sizes.local, neurons: sizes.neurons, configuration, isSingle: sizes.isSingle,
        group: group)
      isDual = parts.isDual
      restriction = whole.keeping(Set(parts.rest))
      let expected = sizes.featureCost(
        kernel, configuration, iterations: sizes.iterations, group: group)
      for part in parts.groups {
        features.add(
          expected.load(
            allowed: sizes.regressors - part.forbidden.count, isDual: parts.isDual),
          neurons: part.neurons.count)
      }
    } else {
      costs.iterations = sizes.iterations
      isDual = try whole.resolvesToDual(
        costs, configuration, isSingle: sizes.isSingle, group: group)
    }
    costs.iterations = sizes.iterations
    let own = restriction.flops(costs)
    let width = restriction.widestPanel(costs, isDual: isDual, threads: sizes.threads)
    let order = Double(restriction.largestOwnFactor(costs, isDual: isDual))
    let shared = restriction.sharedFactorEntries(costs, isDual)
    let panel = Double(min(width * sizes.threads, sizes.local.count)) * order * order
    flops = try group.maximum(isDual ? own.dual : own.primal)
    factorBytes = try group.maximum(8 * (panel + shared))
    isExactSomewhere =
      try group.maximum(restriction.exclusions.contains { $0.users > 0 } ? 1 : 0) == 1
    flopsPacked = try group.maximum(features.packed)
    flopsMeasured = try group.maximum(features.exact)
    numbers = try group.maximum(features.numbers)
    (gramFlops, sharedFlops) = (features.gram, features.shared)
    (aloneFlops, featureBytes) = (features.alone, features.bytes)
  }
}

extension MaskLoad.Sizes {
  fileprivate func featureCost(
    _ kernel: ProductKernel, _ configuration: Configuration, iterations: Double,
    group: borrowing some RankGroup & ~Copyable
  ) -> FeatureCost {
    FeatureCost(
      samples: samples, lambda: configuration.lambda, kernel: kernel, ranks: group.size,
      iterations: iterations)
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

internal import LinearAlgebra

/// What it takes to solve neurons that may have the same regressors in whitened features of these.
struct FeatureCost {
  let samples: Int
  /// The ridge per frame.
  let lambda: Double
  let kernel: ProductKernel
  let ranks: Int
  /// Iterations to expect.
  let iterations: Double

  /// What a flop of packed products costs over one in float64: half, as any in float32, and half of
  /// that where operands are rounded.
  private var price: Double { kernel.isRounded ? 0.25 : 0.5 }

  /// Products of a row besides its iterations, in units of one: the starts, what recomputes S, and
  /// what is measured in float64 if the products do not.
  private static var starts: Double { 3.5 }

  /// The work and memory of one mask's neurons.
  struct Load {
    /// Flops of the Gram matrix, over all ranks, and of what the ranks of a node share.
    var gram = 0.0
    var shared = 0.0
    /// Flops on one rank of a node, for which the others wait.
    var alone = 0.0
    /// Flops of a neuron in packed products, and in float64.
    var packed = 0.0
    var exact = 0.0
    /// Numbers of a neuron's vectors, samples and features, over all iterations.
    var numbers = 0.0
    /// Bytes a node.
    var bytes = 0.0

    /// Adds that of another mask, with those of so many of its neurons; memory is the largest, as
    /// one mask is solved after another.
    mutating func add(_ load: Load?, neurons: Int) {
      guard let load else { return }
      gram += load.gram
      shared += load.shared
      alone += load.alone
      packed += Double(neurons) * load.packed
      exact += Double(neurons) * load.exact
      numbers += Double(neurons) * load.numbers
      bytes = max(bytes, load.bytes)
    }
  }

  /// nil where no features serve.
  func load(allowed: Int, isDual: Bool) -> Load? {
    let (k, t) = (Double(allowed), Double(samples))
    let passes = iterations + Self.starts
    guard allowed > 0 else { return nil }
    var load = Load()
    guard isDual else {
      // Whitening and what it whitens, half of them in float32.
      load.gram = t * k * k
      load.shared = t * k * k / 2 + (1 / 3 + 1 / 2) * k * k * k
      load.alone = k * k * k / 3
      load.packed = passes * (4 * t * k + 2 * k * k)
      load.numbers = iterations * (t + k)
      load.bytes = 20 * t * k + 24 * k * k
      return load
    }
    let rank = min(allowed, EigenLimits.expectedRank(samples: samples, lambda: lambda))
    guard let kept = EigenLimits.usual.kept(of: samples, rank: rank) else { return nil }
    let r = min(k, Double(kept))
    load.gram = t * t * k
    load.alone = kept < samples ? 9 * r * r * r + 6 * t * r * r : (9 + 1 / 3) * t * t * t
    load.shared = r < min(k, t) ? 2 * t * t * r : 0
    load.packed = passes * 4 * t * r
    // Solution, response and residual.
    load.exact = 8 * t * r
    load.numbers = iterations * (t + r)
    load.bytes = 8 * t * k + 16 * t * r + (kept < samples ? 20 : 48) * t * t
    return load
  }

  /// Flops in float64 of all ranks; what one rank does while the others wait counts for all.
  ///
  /// Infinite where no features serve.
  func flops(allowed: Int, users: Double, isDual: Bool) -> Double {
    guard let load = load(allowed: allowed, isDual: isDual) else { return .infinity }
    return load.gram + load.shared + Double(ranks) * load.alone
      + users * (price * load.packed + load.exact)
  }
}

/// A model that free runs of a network are held against.
package struct RunRival: Sendable {
  /// Mean squared errors by frames ahead; empty: not known.
  let errors: [Double]
  /// By h, half the width of the 95 % interval of the mean over 1 … h frames ahead of its error less
  /// the network's, over that of persistence; empty: not known, and taken as 0.
  let uncertainty: [Double]

  package init(_ errors: [Double], uncertainty: [Double] = []) {
    self.errors = errors
    self.uncertainty = uncertainty
  }
}

/// Free runs of a network beside those of its rivals, over 1 … h frames ahead.
///
/// Errors are means over 1 … h frames ahead of the error over that of persistence, by h from 1 on;
/// NaN where they are not known.
struct RunComparison {
  /// Errors over 1 … h, and by how much another must differ from them to be told apart by chance.
  struct Means {
    let errors: [Double]
    private let uncertainty: [Double]

    init(_ rival: RunRival, persistence: [Double]) {
      let count = persistence.count
      uncertainty = rival.uncertainty
      guard rival.errors.count == count else {
        errors = [Double](repeating: .nan, count: count)
        return
      }
      var sum = 0.0
      errors = (0..<count).map {
        sum += rival.errors[$0] / persistence[$0]
        return sum / Double($0 + 1)
      }
    }

    func over(_ h: Int) -> Double { errors[h - 1] }

    /// Whether an error over 1 … h is less than the other by a share that matters and by more than
    /// chance, which `rival` knows.
    static func isLess(_ error: Double, than other: Double, _ h: Int, rival: Means) -> Bool {
      let chance = rival.uncertainty.count == rival.errors.count ? rival.uncertainty[h - 1] : 0
      return other - error > max(RunComparison.leastShare * other, chance)
    }
  }

  /// A smaller share of an error does not matter, however surely it is there.
  ///
  /// What chance does is known of free runs, and need not be in it.
  private static let leastShare = 0.01

  let network: Means
  let mean: Means
  let decay: Means
  private let linear: [Means]
  /// The frames ahead that were run.
  let horizon: Int
  /// The most frames ahead over which the network is better than rates that stay and than each
  /// neuron's mean, and told from own decay; 0: none.
  ///
  /// Far ahead everything that can be foreseen returns to its mean, and W has nothing to add
  /// there; a mean over all frames ahead drowns what it adds before.
  private(set) var reach = 0

  /// nil where there is no error of persistence to relate to.
  init?(
    network: [Double], persistence: [Double], linear: [RunRival], mean: [Double], decay: RunRival
  ) {
    guard persistence.allSatisfy({ $0 > 0 && $0.isFinite }), !persistence.isEmpty else {
      return nil
    }
    horizon = persistence.count
    self.network = Means(RunRival(network), persistence: persistence)
    self.mean = Means(RunRival(mean), persistence: persistence)
    self.decay = Means(decay, persistence: persistence)
    self.linear = linear.map { Means($0, persistence: persistence) }
    reach = (1...horizon).last(where: couplingTells) ?? 0
  }

  private func couplingTells(_ h: Int) -> Bool {
    let error = network.over(h)
    guard error < 1, !(mean.over(h) <= error) else { return false }
    let fading = decay.over(h)
    return fading.isNaN || Means.isLess(error, than: fading, h, rival: decay)
  }

  /// The linear model that is best over 1 … h; nil where none is known.
  private func bestLinear(_ h: Int) -> Means? {
    linear.filter { !$0.over(h).isNaN }.min { $0.over(h) < $1.over(h) }
  }

  /// Its error over 1 … h.
  func linearError(_ h: Int) -> Double? { bestLinear(h)?.over(h) }

  /// Whether a linear model is told to be better than the network over 1 … h, or worse.
  func isLinearBetter(_ h: Int) -> Bool {
    bestLinear(h).map { Means.isLess($0.over(h), than: network.over(h), h, rival: $0) } ?? false
  }
  func isLinearWorse(_ h: Int) -> Bool {
    bestLinear(h).map { Means.isLess(network.over(h), than: $0.over(h), h, rival: $0) } ?? true
  }
}

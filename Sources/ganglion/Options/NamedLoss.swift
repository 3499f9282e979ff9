internal import ArgumentParser
internal import Kernels
internal import LinearAlgebra
internal import Wording

/// The losses of `--loss`.
enum LossChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case crossentropy
  case noiseAware = "noise-aware"
  case robust
  case weighted
  /// Of rivals that descend it; settings are searched for by the cross entropy.
  case squared
  case auto
}

/// A loss as the result file names it.
struct NamedLoss: Sendable {
  let name: String
  let loss: PointwiseLoss

  /// What `--loss auto` chooses from; the first is where the search for the leak starts.
  ///
  /// Small thresholds are for impulses, small ratios for noise in the currents
  /// (Studies/PaperStudies in the guide).
  static let candidates: [NamedLoss] =
    [NamedLoss(name: "crossentropy", loss: .crossEntropy)]
    + [0.02, 0.05, 0.2, 1].map { robust(threshold: $0) }
    + [0.01, 0.03, 0.1, 0.3].flatMap { k in
      [0.05, 0.2, 1].map { noiseAware(k, threshold: $0) }
    } + [noiseAware(1, threshold: 0.2)]

  /// The loss of a name that `--loss auto` has chosen, now or by an earlier list; nil for others.
  static func chosen(_ name: String) -> NamedLoss? {
    if let found = name.wholeMatch(of: /robust, threshold (\S+)/) {
      return Double(found.1).map { robust(threshold: $0) }
    }
    guard let found = name.wholeMatch(of: /noise-aware, noise ratio (\S+), threshold (\S+)/),
      let k = Double(found.1), let threshold = Double(found.2)
    else { return nil }
    return noiseAware(k, threshold: threshold)
  }

  private static func robust(threshold: Double) -> NamedLoss {
    NamedLoss(
      name: "robust, threshold \(plain(threshold))", loss: .clipped(k: 0, threshold: threshold))
  }

  private static func noiseAware(_ k: Double, threshold: Double) -> NamedLoss {
    NamedLoss(
      name: "noise-aware, noise ratio \(plain(k)), threshold \(plain(threshold))",
      loss: .clipped(k: k, threshold: threshold))
  }
}

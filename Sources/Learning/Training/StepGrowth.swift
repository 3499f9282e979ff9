internal import RealModule

/// Trials that begin short and grow to their full length over the first part of a run.
///
/// ```
/// T(p) = T₀ (T / T₀)^(p / ½)  for a share p < ½ of the run,   T from then on
/// ```
/// What is learnt over few steps is where learning over more begins, for a delay over which at the
/// start nothing is felt.
package struct StepGrowth: Sendable, Equatable {
  /// T₀.
  package let first: Int

  package init(from first: Int) { self.first = first }

  /// The steps of a trial where a share of the run in [0, 1] is done.
  package func steps(at progress: Double, of all: Int) -> Int {
    guard progress < Self.share, first < all else { return all }
    let ratio = Double(all) / Double(first)
    return Int((Double(first) * Double.pow(ratio, progress / Self.share)).rounded(.down))
  }

  /// The share of the run over which trials grow.
  private static var share: Double { 0.5 }
}

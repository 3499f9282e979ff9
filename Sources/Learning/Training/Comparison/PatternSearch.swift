/// A search for a method's settings, one run after the other.
///
/// From the usual settings it goes to a neighbour of the best ones so far that was not tried: the
/// rate up and down by √10, then the damping by 10; once all are worse, by half of these
/// (of the logarithm). With one of the two numbers three runs have seen both sides of the usual one.
/// Reference: Hooke, Jeeves (1961), Direct search.
package struct PatternSearch: Sendable, Codable {
  private let tunesDamping: Bool

  /// Searches over the rate, and over the damping where it is tuned.
  package init(tunesDamping: Bool) { self.tunesDamping = tunesDamping }

  /// Where to try next.
  ///
  /// - Parameter tried: the places that were tried with their losses, in order; a loss that is not
  ///   finite is worse than any other.
  /// - Returns: a place that was not tried; nil where no neighbour is left.
  package func next(after tried: [(point: TunedPoint, loss: Double)]) -> TunedPoint? {
    guard let best = Self.best(of: tried) else { return TunedPoint() }
    let known = Set(tried.map(\.point))
    return Self.strides.lazy.flatMap { neighbours(of: best, stride: $0) }
      .first { !known.contains($0) }
  }

  /// The best place; the earliest of several.
  package static func best(of tried: [(point: TunedPoint, loss: Double)]) -> TunedPoint? {
    tried.min { order($0.loss) < order($1.loss) }?.point
  }

  private static func order(_ loss: Double) -> Double { loss.isFinite ? loss : .infinity }

  /// In units of the grid.
  private static let strides = [2, 1]

  private func neighbours(of point: TunedPoint, stride: Int) -> [TunedPoint] {
    var result: [TunedPoint] = []
    for change in [stride, -stride] {
      result.append(TunedPoint(rate: point.rate + change, damping: point.damping))
    }
    for change in tunesDamping ? [stride, -stride] : [] {
      result.append(TunedPoint(rate: point.rate, damping: point.damping + change))
    }
    return result
  }
}

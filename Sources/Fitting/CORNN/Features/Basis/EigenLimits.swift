/// How many eigenvectors of a Gram matrix the iterations of the dual form keep.
///
/// It follows from the order and the number of directions that a ridge does not dwarf: a plan expects
/// it by counts (`expectedRank`), a fit looks at a stretch of the samples; what is more than worth its
/// price is refused by one rule.
package struct EigenLimits: Sendable {
  /// The most eigenvectors that are worth their price: of 4,096 about half a minute of a core.
  package var most = 4096

  /// Those of every fit and plan.
  package static let usual = EigenLimits()

  /// The share of the directions above which all are kept: a factor would save little.
  private static var mostShare: Double { 0.75 }

  /// How many of `order` are kept where `rank` are not dwarfed by the ridge; nil where there are
  /// more than are worth their price.
  package func kept(of order: Int, rank: Int) -> Int? {
    let count = Double(rank) > Self.mostShare * Double(order) ? order : rank
    return count > most ? nil : count
  }

  /// The samples in the middle that are looked at before all of them where these are many.
  ///
  /// All have no more directions than all such stretches have together, and recordings whose frames
  /// are much like their neighbours show it in them.
  func stretch(of order: Int) -> Range<Int> {
    let count = min(order, most)
    return (order - count) / 2..<(order - count) / 2 + count
  }

  /// Ridge a frame, and samples, from which fewer directions than most of the samples exceed the
  /// ridge, on generated recordings.
  private static var strongRidge: Double { 5e-4 }
  private static var manySamples: Int { 1000 }
  /// The share that do then: 0.22 to 0.28 of the samples on generated recordings of 1,000 to
  /// 10,000 neurons and 500 to 2,000 frames with λ = 1e-3 a frame, 0.17 to 0.21 with 1e-2.
  private static var keptShare: Double { 0.28 }

  /// How many directions of the samples a ridge per frame is expected not to dwarf.
  package static func expectedRank(samples: Int, lambda: Double) -> Int {
    samples >= manySamples && lambda >= strongRidge
      ? Int(keptShare * Double(samples)) : samples
  }
}

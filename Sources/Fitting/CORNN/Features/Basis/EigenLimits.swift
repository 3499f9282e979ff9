/// How many eigenvectors of a Gram matrix the iterations of the dual form keep.
///
/// It follows from counts alone, so that a plan knows it too.
package enum EigenLimits {
  /// The share of the directions above which all are kept: a factor would save little.
  static var mostShare: Double { 0.75 }

  /// The most eigenvectors that are worth their price: of 4,096 about half a minute of a core.
  package static var most: Int { 4096 }

  /// Whether a part of the samples, every `stride`-th, is looked at before all of them.
  static func stride(order: Int) -> Int { max(1, (order + most - 1) / most) }

  /// How many of `order` are kept where `rank` are not dwarfed by the ridge; nil where there are
  /// more than are worth their price.
  package static func kept(of order: Int, rank: Int) -> Int? {
    let count = Double(rank) > mostShare * Double(order) ? order : rank
    return count > most ? nil : count
  }
}

extension Collection where Element: BinaryFloatingPoint {
  /// The place of the least finite number; nil if there is none.
  ///
  /// `min` lets a NaN win where it stands first, and an infinite loss says that nothing was
  /// lost: neither is a candidate.
  package var placeOfLeast: Index? {
    var least: Index?
    for place in indices where self[place].isFinite {
      if let known = least, self[known] <= self[place] { continue }
      least = place
    }
    return least
  }
}

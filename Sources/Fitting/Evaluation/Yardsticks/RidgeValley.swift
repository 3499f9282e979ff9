internal import LinearAlgebra

/// The way of a choice through equally spaced ridges: which of them to try on which fold next.
///
/// The error is taken for a valley. The first fold shows where it lies, by every second ridge and
/// those beside the best; then all folds try the best and its neighbours, and go on from a best
/// that is at their rim.
struct RidgeValley {
  private let count: Int
  /// By fold and ridge.
  private var errors: [[Double?]]

  init(ridges count: Int, folds: Int) {
    self.count = count
    errors = [[Double?]](repeating: [Double?](repeating: nil, count: count), count: folds)
  }

  /// The ridges that a fold is to try next, by index; none if it has done enough.
  func wanted(inFold fold: Int) -> [Int] {
    guard errors[0].contains(where: { $0 != nil }) else {
      return fold == 0 ? Array(stride(from: 1, to: count, by: 2)) : []
    }
    guard let centre = best ?? leastOfFirst else { return [] }
    return (max(0, centre - 1)...min(count - 1, centre + 1)).filter { errors[fold][$0] == nil }
  }

  /// The first fold that has something to try; nil at the end.
  var nextFold: Int? { errors.indices.first { !wanted(inFold: $0).isEmpty } }

  /// Takes the errors of some ridges on a fold.
  mutating func take(_ found: [Double], of ridges: [Int], inFold fold: Int) {
    for (ridge, error) in zip(ridges, found) { errors[fold][ridge] = error }
  }

  /// The sums over folds; NaN where a fold did not try a ridge.
  var sums: [Double] {
    (0..<count).map { i in errors.reduce(0) { $0 + ($1[i] ?? .nan) } }
  }

  /// The ridge with the least sum, by index; nil where none has a finite one on all folds.
  var best: Int? { sums.placeOfLeast }

  private var leastOfFirst: Int? { errors[0].map { $0 ?? .nan }.placeOfLeast }
}

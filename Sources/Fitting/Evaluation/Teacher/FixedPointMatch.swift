internal import LinearAlgebra

/// The fixed points of a fitted network matched with those of the network that was recorded.
///
/// Pairs are formed one to one, nearest first. Distances are `|r − r'|` over the spread of the
/// recorded states, `√(Σ_i var r_i)`: 1 is a typical state's distance from the mean state.
package struct FixedPointMatch: Sendable {
  /// A point of the teacher and one of the fitted network, by their places in the lists.
  package struct Pair: Sendable, Equatable {
    package let teacher: Int
    package let fitted: Int
    package let distance: Double
  }

  /// Points by how many directions leave them.
  package struct Counts: Sendable, Equatable {
    package var stable = 0
    /// Left in one direction.
    package var simpleSaddles = 0
    /// Left in more.
    package var others = 0

    init(_ points: [FixedPoints.Point]) {
      for point in points {
        switch point.unstable {
        case 0: stable += 1
        case 1: simpleSaddles += 1
        default: others += 1
        }
      }
    }
  }

  /// By the teacher's points.
  package let pairs: [Pair]
  package let teacher: Counts
  package let fitted: Counts
  /// The teacher's stable points with a stable one of the fitted network near.
  package let stableFound: Int
  /// The teacher's other points with one of as many unstable directions near.
  package let saddlesFound: Int

  /// Below this distance a pair counts as the same point, a tenth of the states' spread.
  package static var near: Double { 0.1 }

  /// Matches two lists; `spread` is that of the recorded states.
  ///
  /// - Complexity: one distance a pair of points.
  package init(
    _ teacher: [FixedPoints.Point], with fitted: [FixedPoints.Point], spread: Double
  ) {
    var candidates: [Pair] = []
    for (i, own) in teacher.enumerated() {
      for (j, other) in fitted.enumerated() {
        let square = zip(own.state, other.state).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        candidates.append(
          Pair(teacher: i, fitted: j, distance: square.squareRoot() / spread))
      }
    }
    candidates.sort { ($0.distance, $0.teacher, $0.fitted) < ($1.distance, $1.teacher, $1.fitted) }
    var isPaired = [Bool](repeating: false, count: teacher.count)
    var isTaken = [Bool](repeating: false, count: fitted.count)
    var pairs: [Pair] = []
    for pair in candidates where !isPaired[pair.teacher] && !isTaken[pair.fitted] {
      isPaired[pair.teacher] = true
      isTaken[pair.fitted] = true
      pairs.append(pair)
    }
    self.pairs = pairs.sorted { $0.teacher < $1.teacher }
    self.teacher = Counts(teacher)
    self.fitted = Counts(fitted)
    let same = pairs.filter {
      $0.distance <= Self.near && teacher[$0.teacher].unstable == fitted[$0.fitted].unstable
    }
    stableFound = same.count { teacher[$0.teacher].unstable == 0 }
    saddlesFound = same.count - stableFound
  }
}

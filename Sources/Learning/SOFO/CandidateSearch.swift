/// Which steps a rule tries, one round after the other, and which of them it takes.
///
/// A step is a place on a grid of dampings (each with a solution of its own) and learning rates.
/// `relative` and `adaptive` take the first rate that lowers the loss; the search tries all places
/// and takes the best. It begins with the damping of the step before, as a low loss lets later
/// places be given up early. What is tried does not depend on how many ranks try it.
package struct CandidateSearch: Sendable {
  /// A damping and a learning rate, by their numbers in the lists.
  package struct Place: Hashable, Sendable {
    package let damping: Int
    package let rate: Int

    package init(damping: Int, rate: Int) {
      self.damping = damping
      self.rate = rate
    }
  }

  private let isSearch: Bool
  /// All places, damping by damping, the nearest to that of the step before first.
  private let places: [Place]
  private var tried = 0
  /// The place that lowers the loss most, of those that were tried.
  package private(set) var best: Place?
  /// The lowest loss so far, at first that before the step: what a step has to be below.
  package private(set) var lowest: Double

  /// A search among `dampings`, those of the solutions, under a rule.
  package init(_ control: DampingControl, dampings: [Double], before: Double) {
    isSearch = control.rule == .search
    lowest = before
    let rates = control.learningRates.indices
    let middle =
      dampings.indices.min {
        abs(dampings[$0] - control.damping) < abs(dampings[$1] - control.damping)
      } ?? 0
    places = dampings.indices.sorted { abs($0 - middle) < abs($1 - middle) }.flatMap { damping in
      rates.map { Place(damping: damping, rate: $0) }
    }
  }

  /// Takes over what the next of the places has led to; a loss that is no number wins nothing.
  package mutating func add(_ place: Place, loss: Double) {
    tried += 1
    if loss.isFinite && loss < lowest { (best, lowest) = (place, loss) }
  }

  /// The places to try next, none of them twice; empty once the search is over.
  package func next() -> [Place] {
    let left = places.dropFirst(tried)
    return isSearch ? Array(left) : best == nil ? Array(left.prefix(1)) : []
  }
}

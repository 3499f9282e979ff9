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
  private let dampings: Int
  private let rates: Int
  /// The damping of the step before, or the nearest that was solved for.
  private let middle: Int
  /// The batch's loss before the step.
  private let before: Double
  private var losses: [Place: Double] = [:]
  /// The place that lowers the loss most, of those that were tried.
  package private(set) var best: Place?

  /// A search among `dampings`, those of the solutions, under a rule.
  package init(_ control: DampingControl, dampings: [Double], before: Double) {
    isSearch = control.rule == .search
    self.dampings = dampings.count
    rates = control.learningRates.count
    self.before = before
    middle =
      dampings.indices.min {
        abs(dampings[$0] - control.damping) < abs(dampings[$1] - control.damping)
      } ?? 0
  }

  /// The lowest loss so far: what a step has to be below.
  package var lowest: Double { best.flatMap { losses[$0] } ?? before }

  /// Takes over what a place has led to; a loss that is no number wins nothing.
  package mutating func add(_ place: Place, loss: Double) {
    losses[place] = loss
    if loss.isFinite && loss < lowest { best = place }
  }

  /// The places to try next, none of them twice; empty once the search is over.
  package func next() -> [Place] {
    guard isSearch else {
      return best == nil ? Array(untried.prefix(1)) : []
    }
    return losses.isEmpty ? untried : []
  }

  private func isOpen(_ place: Place) -> Bool {
    (0..<dampings).contains(place.damping) && (0..<rates).contains(place.rate)
      && losses[place] == nil
  }

  /// All places that are left, damping by damping, the nearest to the middle first.
  private var untried: [Place] {
    (0..<dampings).sorted { abs($0 - middle) < abs($1 - middle) }.flatMap { damping in
      (0..<rates).map { Place(damping: damping, rate: $0) }
    }.filter(isOpen)
  }
}

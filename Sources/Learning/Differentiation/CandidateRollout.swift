package import LinearAlgebra

/// A network run forwards with several sets of parameters side by side.
///
/// An operation on the values of a few trials takes as long to begin as to run: the sets share all
/// of them but the products with their own parameters. A set whose loss has passed a limit is given
/// up at once, and the last one takes its place.
package struct CandidateRollout<S: Scalar>: ~Copyable {
  private let whole: ValueLayout
  private var arena: Arena<S>
  /// The layout of so many sets, and of each set, for the trials that have begun.
  private var together: [ValueLayout] = []
  private var each: [ValueLayout] = []
  /// Which of the sets that were loaded stand in which place.
  private var active: [Int] = []
  /// The losses of all sets that were loaded; infinite once given up.
  package private(set) var losses: [Double] = []

  /// At most so many sets, each with `rows` trials at most.
  package init(_ program: Program, rows: Int, sets: Int) {
    var plan = ArenaPlan()
    let parameters = (0..<sets).map { _ in
      program.parameters.map { plan.reserve(rows: $0.rows, columns: $0.columns) }
    }
    whole = ValueLayout(
      program, rows: rows * sets, parameterSets: parameters, withSlopes: false, in: &plan)
    arena = Arena(plan)
  }

  /// How many sets run together.
  package var sets: Int { whole.parameterSets.count }
  /// Bytes held.
  package var bytes: Int { arena.bytes }

  /// Takes over sets of parameters, and their losses on other trials; one that is infinite has been
  /// given up.
  package mutating func load(_ candidates: [[Double]], losses: [Double]) {
    precondition(candidates.count <= sets, "\(candidates.count) sets, room for \(sets)")
    self.losses = losses
    active = candidates.indices.filter { losses[$0] < .infinity }
    for (place, i) in active.enumerated() {
      arena.load(
        parameters: candidates[i], ValueLayout(whole, rows: 0..<0, sets: place..<(place + 1)))
    }
  }

  /// Starts trials with the sets that are left.
  package mutating func begin(_ trials: Trials<S>) {
    let rows = trials.count
    each = active.indices.map {
      ValueLayout(whole, rows: ($0 * rows)..<(($0 + 1) * rows), sets: $0..<($0 + 1))
    }
    together = active.indices.map {
      ValueLayout(whole, rows: 0..<(($0 + 1) * rows), sets: 0..<($0 + 1))
    }
    if let layout = together.last { arena.start(trials, layout) }
  }

  /// Runs one step, adds its losses, and gives up the sets whose loss has passed a limit.
  ///
  /// Losses are sums of terms that are not negative.
  package mutating func step(_ t: Int, _ trials: Trials<S>, within limit: Double) {
    guard !active.isEmpty else { return }
    let layout = together[active.count - 1]
    arena.step(t, trials, layout)
    let weight = trials.stepWeights[t]
    if weight > 0 {
      for place in active.indices {
        losses[active[place]] += arena.evaluateLosses(
          weight: weight, batch: trials.batch, each[place])
      }
    }
    arena.advance(layout)
    guard weight > 0 else { return }
    for place in active.indices.reversed() where !(losses[active[place]] <= limit) {
      giveUp(place)
    }
  }

  private mutating func giveUp(_ place: Int) {
    losses[active[place]] = .infinity
    let last = active.count - 1
    if place < last {
      for state in whole.program.states {
        arena.copy(each[last][state.current], to: each[place][state.current])
      }
      for (source, target) in zip(each[last].parameters, each[place].parameters) {
        arena.copy(source, to: target)
      }
      active[place] = active[last]
    }
    active.removeLast()
  }
}

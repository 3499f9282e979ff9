internal import LinearAlgebra

/// The drawn targets of some neurons, as the rows of their panels take them.
final class NullTargets: Sendable {
  /// Of a neuron the nulls + 1 rows that `SurrogateTargets.draw` gives, then those of the next.
  private let targets: Matrix<Double>
  private let places: [Int: Int]
  private let width: Int

  /// `recorded` gives the targets of a neuron by its index among this rank's.
  init(
    of neurons: [Int], nulls: Int, _ surrogates: SurrogateTargets, recorded: (Int) -> [Double],
    transitions: Int
  ) {
    width = nulls + 1
    places = Dictionary(uniqueKeysWithValues: neurons.enumerated().map { ($1, $0) })
    var targets = Matrix<Double>(rows: neurons.count * width, columns: transitions)
    for (place, neuron) in neurons.enumerated() {
      let drawn = surrogates.draw(recorded(neuron), neuron: neuron, nulls: nulls)
      for k in 0..<width { targets.copyRow(place * width + k, from: drawn, k) }
    }
    self.targets = targets
  }

  /// The targets of a subproblem.
  func targets(of member: Subproblem) -> [Double] {
    guard let place = places[member.neuron] else {
      preconditionFailure("no targets were drawn for neuron \(member.neuron)")
    }
    return targets.array(ofRow: place * width + member.null)
  }
}

internal import Collectives
internal import LinearAlgebra

/// A form in whitened features as a search for settings solves it.
///
/// The iterations begin with the solution at another ridge where there is one, and end where the
/// residuals of the features do: a search needs no measure in float64.
protocol SearchForm<S>: SubproblemForm, ~Copyable {
  var features: WhitenedFeatures { get }

  /// The own weights of some neurons (local indices) in the features.
  func ownWeights(of neurons: [Int]) -> OwnWeights

  /// η of solutions at another ridge, of the rows of a panel that has not begun.
  func states(
    from earlier: PanelSolution<S>, in panel: inout FeaturePanel
  ) -> Matrix<Float>

  /// The coefficients of states η of some neurons.
  func coefficients(of states: borrowing Matrix<Float>, neurons: [Int]) -> Matrix<S>
}

extension SearchForm where Self: ~Copyable {
  func solution(
    of members: [Subproblem], in work: PanelWork, _ recording: borrowing PreparedRecording<S>,
    from earlier: PanelSolution<S>?, isAbandoned: () -> Bool
  ) -> PanelSolution<S>? {
    guard let gradients = work.features else {
      preconditionFailure("a search in features needs their gradients")
    }
    let neurons = members.map(\.neuron)
    var panel = FeaturePanel(
      members: members, features: features, own: ownWeights(of: neurons))
    for (i, member) in members.enumerated() {
      work.setTargets(of: member, recording, in: &panel.panel, row: i)
    }
    if let earlier {
      let states = states(from: earlier, in: &panel)
      gradients.start(&panel, from: states)
    } else {
      gradients.start(&panel)
    }
    var trace = [panel.panel.objective]
    guard
      gradients.iterate(
        &panel, below: gradients.tolerance, trace: &trace, isAbandoned: isAbandoned)
    else { return nil }
    var found = Matrix<Float>(rows: members.count, columns: features.count)
    for (i, row) in panel.panel.rows.enumerated() {
      found.copyRow(row.position, from: panel.panel.coefficients, i)
    }
    return PanelSolution(
      panel.panel.rows.sorted { $0.position < $1.position }.map { SolvedNeuron($0) },
      coefficients: coefficients(of: found, neurons: neurons), trace: trace,
      flops: panel.panel.flops)
  }
}

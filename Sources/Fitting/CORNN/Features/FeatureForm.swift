internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// A form of the subproblems that is iterated in whitened features.
protocol FeatureForm<S>: SubproblemForm, ~Copyable {
  var features: WhitenedFeatures { get }
  var gradients: FeatureGradients { get }

  /// Unknowns a row of the solutions: weights or sample coefficients.
  var unknowns: Int { get }

  /// The own weights of some neurons (local indices) in the features.
  func ownWeights(of neurons: [Int]) -> OwnWeights

  /// Whether the features neglect a part of the response.
  var neglects: Bool { get }

  /// `panel.shift ←` what the features neglect of the response, from the scores.
  func updateShift(_ panel: inout FeaturePanel)

  /// The solutions of the active rows, and their residuals in the exact problem.
  func measure(
    _ panel: inout FeaturePanel, of members: [Subproblem], in work: PanelWork,
    _ recording: borrowing PreparedRecording<S>
  ) -> Matrix<S>
}

extension FeatureForm where Self: ~Copyable {
  var productKernel: ProductKernel? { gradients.kernel }

  var neglects: Bool { false }

  func updateShift(_ panel: inout FeaturePanel) {}

  func solution(
    of members: [Subproblem], in work: PanelWork, _ recording: borrowing PreparedRecording<S>,
    from earlier: PanelSolution<S>?, isAbandoned: () -> Bool
  ) -> PanelSolution<S>? {
    var panel = FeaturePanel(
      members: members, features: features, own: ownWeights(of: members.map(\.neuron)))
    for (i, member) in members.enumerated() {
      work.setTargets(of: member, recording, in: &panel.panel, row: i)
    }
    var coefficients = Matrix<S>(rows: members.count, columns: unknowns)
    let trace = iterate(&panel, isAbandoned: isAbandoned) { panel in
      let measured = measure(&panel, of: members, in: work, recording)
      for i in 0..<panel.panel.active {
        coefficients.copyRow(panel.panel.rows[i].position, from: measured, i)
      }
    }
    guard let trace else { return nil }
    return PanelSolution(
      panel.panel.rows.sorted { $0.position < $1.position }.map { SolvedNeuron($0) },
      coefficients: coefficients, trace: trace, flops: panel.panel.flops)
  }

  /// Iterates, measures in the exact problem, and goes on where that finds a row wanting.
  private func iterate(
    _ panel: inout FeaturePanel, isAbandoned: () -> Bool,
    measure: (inout FeaturePanel) -> Void
  ) -> [Double]? {
    gradients.start(&panel)
    var trace = [panel.panel.objective]
    let tolerance = gradients.tolerance
    var open = panel.panel.active
    if neglects {
      guard
        gradients.iterate(
          &panel, below: max(tolerance, FeatureBounds.beforeShift), trace: &trace,
          isAbandoned: isAbandoned)
      else { return nil }
      panel.panel.active = open
      updateShift(&panel)
      panel.refresh()
      _ = panel.panel.reopen(notBelow: 0, includingStalled: true)
    }
    var bound = tolerance * FeatureBounds.beforeMeasure
    for _ in 0...FeatureBounds.measures {
      guard gradients.iterate(&panel, below: bound, trace: &trace, isAbandoned: isAbandoned)
      else { return nil }
      panel.panel.active = open
      measure(&panel)
      let haveStalled = (0..<open).contains { panel.panel.rows[$0].outcome == .stalled }
      guard panel.panel.reopen(notBelow: tolerance, includingStalled: true),
        trace.count <= gradients.iterations
      else { break }
      panel.retireSolved(below: tolerance)
      open = panel.panel.active
      bound = tolerance * FeatureBounds.afterMeasure
      // Where scores are as large as the targets, their rounding alone may be what is left; and where
      // rows stall then, that of directions, along which the line search sees another slope.
      if panel.gradientAccuracy == .split, haveStalled { panel.responseAccuracy = .split }
      panel.gradientAccuracy = .split
    }
    if trace.count <= gradients.iterations { panel.stallOpen() }
    panel.panel.active = panel.panel.rows.count
    trace[trace.count - 1] = panel.panel.objective
    return trace
  }
}

/// What residuals in the features must reach; over the tolerance, but for the first.
private enum FeatureBounds {
  /// The residual at which what is neglected is put in.
  ///
  /// Left out altogether it would leave one of 1e-4 (cross entropy) to 7e-4 (robust); what the
  /// scores change after that moves it in proportion.
  static var beforeShift: Double { 1e-2 }
  /// So that most are below the tolerance in the exact problem too.
  static var beforeMeasure: Double { 0.95 }
  /// So that those that were not are at the next measure.
  static var afterMeasure: Double { 0.5 }
  /// How often a solution may be found wanting.
  static var measures: Int { 10 }
}

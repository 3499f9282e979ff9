internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// One convex problem: the row of a neuron under a leak.
struct Subproblem: Sendable {
  /// By index among this rank's.
  let neuron: Int
  let alpha: Double
  let loss: PointwiseLoss
  /// Which of its surrogates the targets are, where there are any; 0: as they were recorded.
  var null = 0

  /// What its targets follow from.
  struct Targets: Hashable {
    let neuron: Int
    let alpha: Double
    let null: Int
  }

  var targets: Targets { Targets(neuron: neuron, alpha: alpha, null: null) }
}

/// Subproblems of this rank, cut into panels that are solved on several threads.
struct PanelWork {
  var subproblems: [Subproblem]
  /// |d| is clamped to 1 − this.
  let margin: Double
  /// What becomes of targets beyond ±1.
  var range = TargetRange.clamped
  let fitted: Transitions
  let heldOut: Transitions
  var solver: any PanelSolver
  let threads: Int
  /// Most subproblems a panel, if there is a bound besides memory.
  var widest = Int.max
  /// What the iterations begin with where it is not the ridge solution.
  var start: StartingWeights?
  /// How the panels are iterated in whitened features; nil where they are not.
  var features: FeatureGradients?
  /// The targets of nulls, where they are not those of the recording.
  var drawn: NullTargets?

  private var panelWidth: Int {
    PanelWidth.rows(
      of: subproblems.count, samples: fitted.count, threads: threads, widest: widest,
      inFeatures: features != nil)
  }

  /// The subproblems of each panel.
  var panels: [ArraySlice<Subproblem>] {
    stride(from: 0, to: subproblems.count, by: panelWidth).map {
      subproblems[$0..<min($0 + panelWidth, subproblems.count)]
    }
  }

  /// Solves every panel, from `earlier` solutions of the same subproblems if given, and
  /// scores it; no communication.
  ///
  /// - Returns: nil if it was abandoned.
  func run<F: SubproblemForm & ~Copyable>(
    _ recording: borrowing PreparedRecording<F.S>, form: borrowing F,
    from earlier: PanelOutcome<F.S>? = nil, phases: Phases,
    isAbandoned: @Sendable () -> Bool = { false }
  ) throws -> PanelOutcome<F.S>? {
    let panels = panels
    let solutions = try phases.measure("solve") {
      try parallelMap(count: panels.count, threads: threads) { index in
        solve(
          Array(panels[index]), recording, form: form, from: earlier?.panels[index],
          isAbandoned: isAbandoned)
      }
    }
    guard !solutions.contains(where: { $0 == nil }) else { return nil }
    return try scored(solutions.compactMap { $0 }, recording, form: form, phases: phases)
  }

  /// The solutions of all panels with their scores.
  func scored<F: SubproblemForm & ~Copyable>(
    _ solutions: [PanelSolution<F.S>], _ recording: borrowing PreparedRecording<F.S>,
    form: borrowing F, phases: Phases
  ) throws -> PanelOutcome<F.S> {
    phases.add("solve", flops: solutions.reduce(0) { $0 + $1.flops })
    // Nine tenths of the panels are gone once they are solved.
    returnFreedMemory()
    let panels = panels
    let scores = try phases.measure("score") {
      try parallelMap(count: panels.count, threads: threads) { index in
        score(Array(panels[index]), solutions[index], recording, form: form)
      }
    }
    return PanelOutcome(panels: solutions, scores: scores)
  }

  /// The solutions of some subproblems; nil if it was abandoned.
  func solve<F: SubproblemForm & ~Copyable>(
    _ members: [Subproblem], _ recording: borrowing PreparedRecording<F.S>, form: borrowing F,
    from earlier: PanelSolution<F.S>? = nil, isAbandoned: () -> Bool = { false }
  ) -> PanelSolution<F.S>? {
    form.solution(
      of: members, in: self, recording,
      from: earlier ?? start?.solution(of: members.map(\.neuron)), isAbandoned: isAbandoned)
  }

  /// Gives row i of a panel the targets of a subproblem.
  func setTargets<P: Scalar, S: Scalar>(
    of member: Subproblem, _ recording: borrowing PreparedRecording<S>,
    in panel: inout Panel<P>, row i: Int
  ) {
    let rule = TargetRule(alpha: member.alpha, margin: margin, range: range)
    let targets =
      drawn?.targets(of: member)
      ?? rule.targets(rates: recording.rates.row(member.neuron), transitions: fitted)
    let counts = panel.target.setTargets(
      row: i, rule, headroom: &panel.headroom, targets: targets)
    panel.rows[i].clipped = counts.clipped
    panel.rows[i].missing = counts.missing
  }

  private func score<F: SubproblemForm & ~Copyable>(
    _ members: [Subproblem], _ panel: PanelSolution<F.S>,
    _ recording: borrowing PreparedRecording<F.S>, form: borrowing F
  ) -> [NeuronScore] {
    guard heldOut.count > 0 else { return [] }
    var currents = form.heldOutResponse(panel.coefficients, neurons: panel.neurons)
    var elements = currents.mutableElements
    applyTanh(to: &elements)
    return members.indices.map { i in
      NeuronScore(
        rates: recording.rates.row(members[i].neuron), transitions: heldOut,
        alpha: members[i].alpha, drive: currents.row(i))
    }
  }
}

/// What the panels of a rank gave.
struct PanelOutcome<S: Scalar> {
  let panels: [PanelSolution<S>]
  let scores: [[NeuronScore]]
}

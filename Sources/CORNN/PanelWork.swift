internal import Collectives
internal import LinearAlgebra
private import Synchronization

/// The subproblems of this rank, cut into panels that are solved on several threads.
struct PanelWork {
  /// The neurons to fit, by local index.
  let neurons: [Int]
  let targets: TargetRule
  let fitted: Transitions
  let heldOut: Transitions
  let solver: ConjugateGradients
  let threads: Int
  let progress: @Sendable (Int) -> Void

  /// Wide enough for products near their peak, narrow enough that a panel's state stays
  /// near the cache and that all threads get some.
  private var panelWidth: Int {
    max(8, min(128, (neurons.count + threads - 1) / threads))
  }

  /// Solves and scores every panel; no communication.
  func run<F: SubproblemForm & ~Copyable>(
    _ recording: borrowing PreparedRecording<F.S>, form: borrowing F, phases: Phases
  ) throws -> PanelOutcome<F.S> {
    let starts = Array(stride(from: 0, to: neurons.count, by: panelWidth))
    let solved = Atomic(0)
    let panels = try phases.measure("solve") {
      try parallelMap(count: starts.count, threads: threads) { index in
        let members = Array(neurons[starts[index]..<min(starts[index] + panelWidth, neurons.count)])
        let solution = solve(members, recording, form: form)
        let total = solved.wrappingAdd(members.count, ordering: .relaxed).newValue
        progress(total)
        return solution
      }
    }
    phases.add("solve", flops: panels.reduce(0) { $0 + $1.flops })
    let scores = try phases.measure("score") {
      try parallelMap(count: panels.count, threads: threads) { index in
        score(panels[index], recording, form: form)
      }
    }
    return PanelOutcome(panels: panels, scores: scores)
  }

  private func solve<F: SubproblemForm & ~Copyable>(
    _ members: [Int], _ recording: borrowing PreparedRecording<F.S>, form: borrowing F
  ) -> PanelSolution<F.S> {
    var panel = Panel<F.S>(
      neurons: members, samples: form.samples, unknowns: form.unknowns, isDual: form.isDual,
      excludesSelf: form.excludesSelf)
    var clipped: [Int] = []
    var missing: [Int] = []
    for (i, neuron) in members.enumerated() {
      var target = panel.target.mutableRow(i)
      let counts = targets.fill(
        &target, rates: recording.rates.row(neuron), transitions: fitted)
      clipped.append(counts.clipped)
      missing.append(counts.missing)
    }
    let trace = solver.solve(&panel, form: form)
    let iterations = panel.scalars.reduce(0) { $0 + $1.iterations }
    return PanelSolution(
      panel: panel, clipped: clipped, missing: missing, trace: trace,
      flops: Double(iterations) * form.flopsPerIteration)
  }

  private func score<F: SubproblemForm & ~Copyable>(
    _ panel: PanelSolution<F.S>, _ recording: borrowing PreparedRecording<F.S>,
    form: borrowing F
  ) -> [NeuronScore] {
    guard heldOut.count > 0 else { return [] }
    var currents = form.heldOutResponse(panel.coefficients, neurons: panel.neurons)
    var elements = currents.mutableElements
    applyTanh(to: &elements)
    var increments = Matrix<F.S>(rows: panel.neurons.count, columns: fitted.count)
    for (i, neuron) in panel.neurons.enumerated() {
      var row = increments.mutableRow(i)
      fillIncrements(&row, of: recording.rates.row(neuron), transitions: fitted)
    }
    let linear = form.heldOutRidge(increments)
    return panel.neurons.indices.map { i in
      NeuronScore(
        rates: recording.rates.row(panel.neurons[i]), transitions: heldOut,
        alpha: targets.alpha, drive: currents.row(i), linearIncrement: linear.row(i))
    }
  }
}

/// `r[t+1] − r[t]` of each transition, 0 where r[t+1] is missing.
@specialized(where S == Double)
@specialized(where S == Float)
private func fillIncrements<S: Scalar>(
  _ increments: inout MutableSpan<S>, of rates: Span<S>, transitions: Transitions
) {
  for (i, t) in transitions.frames.enumerated() {
    let next = rates[t + 1]
    increments[i] = next.isNaN ? 0 : next - rates[t]
  }
}

/// What the panels of a rank gave.
struct PanelOutcome<S: Scalar> {
  let panels: [PanelSolution<S>]
  let scores: [[NeuronScore]]
}

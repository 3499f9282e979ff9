package import Collectives
internal import LinearAlgebra
private import Glibc

extension LiveFit {
  /// The present network as a fit of the transitions in the window.
  ///
  /// It is a copy: the live fit goes on. `inputScale` are the numbers by which inputs were
  /// divided; `scores` are of forecasts, over `scored` frames.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: a copy of regressors and coefficients.
  /// - Collective: every rank of `group` must call it.
  package func network(
    inputScale: [Double], scores: Scores, scored: Int, tolerance: Double,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Fit<Double> {
    let window = form.window
    let objective = try group.sum(standing.reduce(0) { $0 + ($1?.objective ?? 0) })
    return Fit(
      regressors: Regressors(
        copying: window.regressors, columns: kept == .dual ? window.capacity : 0,
        neurons: problem.neurons, inputScale: inputScale, local: problem.local),
      isDual: kept == .dual, excludesSelf: !problem.selfConnections,
      panels: stride(from: 0, to: fitted.count, by: Self.neuronsAtOnce).map {
        panel(Array(fitted[$0..<min($0 + Self.neuronsAtOnce, fitted.count)]), tolerance)
      },
      alpha: alpha, scores: scores, objective: objective,
      transitions: Transitions(count: window.filled), heldOut: Transitions(count: scored))
  }

  /// The solutions of some neurons.
  private func panel(_ rows: [Int], _ tolerance: Double) -> PanelSolution<Double> {
    let solved = rows.map { row in
      let optimality = standing[row]?.optimality ?? .nan
      let targets = form.window.targets.numbers(ofRow: row).filter { !$0.isNaN }
      return SolvedNeuron(
        neuron: row, optimality: optimality,
        outcome: optimality < tolerance ? .converged : .iterationLimit,
        iterations: Self.sweepIterations, clipped: targets.count(where: Self.isClamped),
        missing: form.window.filled - targets.count)
    }
    return PanelSolution(solved, coefficients: form.coefficients.selectedRows(rows), trace: [])
  }
}

extension LiveFit {
  /// Targets of this rank's neurons in the window, and how many of them were beyond ±1.
  ///
  /// - Complexity: a look at each.
  package var targetsInWindow: (present: Int, clamped: Int) {
    var found = (present: 0, clamped: 0)
    for i in fitted {
      for target in form.window.targets.numbers(ofRow: i) where !target.isNaN {
        found.present += 1
        if Self.isClamped(target) { found.clamped += 1 }
      }
    }
    return found
  }

  /// Whether a target is the largest there is, but for rounding.
  private static func isClamped(_ target: Double) -> Bool { abs(target) >= largestTarget - 1e-6 }

  private static let largestTarget = Glibc.atanh(1 - Configuration().targetMargin)
}

extension Transitions {
  /// Transitions of frames that follow each other.
  fileprivate init(count: Int) {
    self.init(
      in: 0..<(count > 0 ? count + 1 : 0), missing: [Bool](repeating: false, count: count + 1))
  }
}

extension Regressors {
  /// Those of a window that every rank has whole, and that stays its own: all of its columns, or
  /// none where weights are kept themselves.
  fileprivate convenience init(
    copying window: borrowing Matrix<S>, columns: Int, neurons: Int, inputScale: [Double],
    local: Range<Int>
  ) {
    let group = SingleRank()
    var fitted = group.allocateOnNode(rows: window.rows, columns: columns, of: S.self)
    for i in 0..<(columns > 0 ? window.rows : 0) { fitted.matrix.copyRow(i, from: window, i) }
    self.init(
      fitted: fitted,
      heldOut: group.allocateOnNode(rows: window.rows, columns: 0, of: S.self),
      neurons: neurons, inputScale: inputScale,
      bias: window.rows > neurons + inputScale.count, local: local)
  }
}

extension Fit where S == Double {
  /// A network that another solver keeps, without masks.
  fileprivate init(
    regressors: Regressors<Double>, isDual: Bool, excludesSelf: Bool,
    panels: [PanelSolution<Double>], alpha: [Double], scores: Scores, objective: Double,
    transitions: Transitions, heldOut: Transitions
  ) {
    self.regressors = regressors
    self.isDual = isDual
    self.excludesSelf = excludesSelf
    self.panels = panels
    self.alpha = alpha
    self.scores = scores
    self.objective = [objective]
    self.transitions = transitions
    mask = nil
    ridgeRaise = 1
    regressorProducts = nil
    narrow = nil
    productKernel = nil
    heldOutTransitions = heldOut
    impliedOwnWeights =
      isDual && excludesSelf
      ? Self.impliedOwnWeights(panels, regressors) : [Double](repeating: 0, count: alpha.count)
    diagnostics = Diagnostics(panels, neurons: alpha.count, transitions: transitions.count)
  }
}

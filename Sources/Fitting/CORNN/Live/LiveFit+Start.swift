internal import Collectives
internal import Kernels
internal import LinearAlgebra
private import Glibc

extension LiveFit {
  /// Begins with the latest transitions of a recording, as many as count, and solves them.
  ///
  /// `rule` makes the targets at a leak. The neurons are this rank's of the same partition.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  /// - Complexity: that of a fit of the window.
  package func begin(
    with recording: FitProblem<Double>, rule: (_ alpha: Double) -> TargetRule,
    tolerance: Double, iterations: Int
  ) throws {
    let frames = recording.transitions.frames
    let rules = alpha.map(rule)
    let columns = max(0, frames.count - problem.mostTransitions)..<frames.count
    try begin(
      with: columns.map { column in
        let t = frames[column]
        var targets = [Double](repeating: .nan, count: alpha.count)
        var increments = targets
        for i in fitted {
          let now = recording.recording.rates[i, t]
          let next = recording.recording.rates[i, t + 1]
          targets[i] = rules[i].clampedPreimage(from: now, to: next)
          increments[i] = next - now
        }
        return LiveTransition(
          regressors: (0..<problem.regressors).map {
            recording.regressors.fitted.matrix[$0, column]
          }, targets: targets, increments: problem.hasRival ? increments : [])
      }, tolerance: tolerance, iterations: iterations)
  }

  /// Begins with transitions, of which the latest that count are solved.
  ///
  /// Where transitions are forgotten by and by, these count alike, and are forgotten together.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  /// - Complexity: that of a fit of them.
  func begin(
    with transitions: [LiveTransition], tolerance: Double, iterations: Int
  ) throws {
    let latest = transitions.suffix(problem.mostTransitions)
    guard refines else {
      return try beginForgetting(latest, tolerance: tolerance, iterations: iterations)
    }
    fill(with: latest)
    try form.restart()
    settle(tolerance: tolerance, iterations: iterations)
  }

  private func beginForgetting(
    _ transitions: ArraySlice<LiveTransition>, tolerance: Double, iterations: Int
  ) throws {
    guard !transitions.isEmpty, let form = form as? LivePrimal else { return }
    let beginning = LiveFit(
      problem.sliding(over: transitions.count), alpha: alpha, fitted: fitted, form: .primal,
      threads: form.window.threads)
    try beginning.begin(
      with: Array(transitions), tolerance: tolerance, iterations: iterations)
    guard let solved = beginning.form as? LivePrimal else { return }
    fill(with: transitions.suffix(problem.window))
    form.take(over: solved)
  }

  private func fill(with transitions: ArraySlice<LiveTransition>) {
    form.window.keepLatest(0)
    for transition in transitions {
      let none = transition.targets.map { _ in 0.0 }
      let (_, headroom) = problem.loss.scores(targets: transition.targets, currents: none)
      if problem.memory == .growing, form.window.isFull { form.window.grow() }
      form.window.replace(
        by: transition, headroom: headroom,
        increments: transition.increments.map { $0.isNaN ? 0 : $0 })
      form.window.advance()
    }
  }
}

extension TargetRule {
  /// `artanh d` of one transition, d clamped; NaN where a rate is missing.
  func clampedPreimage(from now: Double, to next: Double) -> Double {
    let d = target(from: now, to: next)
    return d.isNaN ? .nan : Glibc.atanh(max(margin - 1, min(1 - margin, d)))
  }
}

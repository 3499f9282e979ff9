internal import CORNN
internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// Free runs forward in time, with the tangents along some directions beside them.
///
/// With x[t] the regressors, W the weights, V_k and a_k the directions of W and of ln α,
/// ```
/// s = W x,   r̂⁺ = (1 − α) r̂ + α tanh s
/// ṡ_k = W ẋ_k + V_k x,   ṙ_k⁺ = (1 − α) ṙ_k + α (1 − tanh² s) ṡ_k + α a_k (tanh s − r̂)
/// ```
/// What is kept is the state and the tangents of one frame, however long the runs are.
///
/// - Complexity: for C start frames, K directions and M regressors `2 M C (1 + 2 K)` flops a neuron
///   and frame; `C (M + 2 K N)` numbers, flat in the frames; a gather of rates and tangents a frame.
struct TangentRuns: ~Copyable {
  private let frames: FreeRunFrames
  private let regressors: Regressors<Double>

  init(_ problem: FitProblem<Double>, from frames: consuming FreeRunFrames) {
    self.frames = frames
    regressors = problem.regressors
  }

  /// L, and what it says of the directions.
  ///
  /// - Collective: every rank of `group` must call it.
  func curvature(
    of network: borrowing RefinedNetwork, along directions: borrowing RefinementDirections,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> SubspaceCurvature {
    let (local, count) = (regressors.local, frames.windows.count)
    let k = directions.count
    var curvature = SubspaceCurvature(directions: k)
    var tangents = Matrix<Double>(rows: local.count, columns: k * count)
    _ = try run(network, group: group) { step, frame in
      let pushed = product(directions.weights.view, frame.states.view)
      var carried = Matrix<Double>(rows: local.count, columns: k * count)
      if step > 0 {
        let whole = try group.gatherRows(tangents, rows: regressors.neurons)
        carried = product(network.weights.view.columns(0..<regressors.neurons), whole.view)
      }
      tangents.advance(
        by: carried, pushed: pushed, directions.leaks, frame, leaks: network.leaks)
      curvature.add(tangents, errors: frame.errors, weight: frames.stepWeights[step])
    }
    try curvature.sum(over: group)
    return curvature
  }

  /// L, and how each stretch of frames would have the weights and leaks change if the states before
  /// each frame stayed as they are.
  ///
  /// - Collective: every rank of `group` must call it.
  func slopes(
    of network: borrowing RefinedNetwork, stretches: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> StretchSlopes {
    var slopes = StretchSlopes(
      stretches: stretches, local: regressors.local.count, regressors: regressors.count)
    let steps = frames.windows.steps
    slopes.loss = try run(network, group: group) { step, frame in
      slopes.add(
        frame, weight: frames.stepWeights[step], leaks: network.leaks,
        stretch: StretchSlopes.stretch(of: step, steps: steps, stretches: stretches))
    }
    return slopes
  }

  /// L alone.
  ///
  /// - Collective: every rank of `group` must call it.
  func value(
    of network: borrowing RefinedNetwork, group: borrowing some RankGroup & ~Copyable
  ) throws -> Double {
    try run(network, group: group) { _, _ in }
  }

  /// One frame of all runs.
  struct Frame: ~Copyable {
    /// Regressors × runs, before the step.
    var states: Matrix<Double>
    /// This rank's neurons × runs: rates before the step, tanh s, and r̂ − r after it, NaN where r is
    /// missing.
    var rates: Matrix<Double>
    var outputs: Matrix<Double>
    var errors: Matrix<Double>
  }

  /// Runs frame by frame, and returns L.
  private func run(
    _ network: borrowing RefinedNetwork, group: borrowing some RankGroup & ~Copyable,
    visit: (_ step: Int, _ frame: borrowing Frame) throws -> Void
  ) throws -> Double {
    let (windows, local, neurons) = (frames.windows, regressors.local, regressors.neurons)
    var frame = Frame(
      states: Matrix(rows: regressors.count, columns: windows.count),
      rates: Matrix(rows: local.count, columns: windows.count),
      outputs: Matrix(rows: local.count, columns: windows.count),
      errors: Matrix(rows: local.count, columns: windows.count))
    for (i, j) in local.enumerated() {
      frame.rates.take(row: i, regressors.fitted.matrix, j) { windows.transition($0, 0) }
    }
    var loss = 0.0
    for step in 0..<windows.steps {
      let rates = try group.gatherRows(frame.rates, rows: neurons)
      for j in 0..<neurons { frame.states.copyRow(j, from: rates, j) }
      for j in neurons..<regressors.count {
        frame.states.take(row: j, regressors.fitted.matrix, j) { windows.transition($0, step) }
      }
      frame.outputs = product(network.weights.view, frame.states.view)
      do {
        var entries = frame.outputs.mutableElements
        applyTanh(to: &entries)
      }
      var next = frame.rates.copy()
      next.setRates(frame.rates, from: 0, frame.outputs, from: 0, alpha: network.leaks)
      let square = frame.errors.setErrors(
        next, frames.next, at: windows.starts.map { $0 + step })
      loss += 0.5 * frames.stepWeights[step] * square
      try visit(step, frame)
      frame.rates = next
    }
    return try group.sum(loss)
  }
}

extension Matrix<Double> {
  /// `rates − targets` at some columns of the targets, NaN where one is missing; returns the sum of
  /// squares of the others.
  fileprivate mutating func setErrors(
    _ rates: borrowing Matrix, _ targets: borrowing Matrix, at positions: [Int]
  ) -> Double {
    var total = 0.0
    for i in 0..<rows {
      let (rate, wanted) = (rates.row(i), targets.row(i))
      var error = mutableRow(i)
      for (c, position) in positions.enumerated() {
        let difference = rate[c] - wanted[position]
        error[c] = difference
        if !difference.isNaN { total += difference * difference }
      }
    }
    return total
  }

  /// The tangents of the rates after a step: neurons × (directions by runs).
  ///
  /// `carried` is W ẋ, `pushed` V x as (directions by neurons) × runs, `directions` has a_k as
  /// directions × neurons.
  fileprivate mutating func advance(
    by carried: borrowing Matrix, pushed: borrowing Matrix, _ directions: borrowing Matrix,
    _ frame: borrowing TangentRuns.Frame, leaks: [Double]
  ) {
    let runs = frame.rates.columns
    for i in 0..<rows {
      let (leak, output, rate) = (leaks[i], frame.outputs.row(i), frame.rates.row(i))
      let current = carried.row(i)
      var tangent = mutableRow(i)
      for k in 0..<directions.rows {
        let own = pushed.row(k * leaks.count + i)
        let push = leak * directions[k, i]
        for c in 0..<runs {
          let place = k * runs + c
          let y = output[c]
          tangent[place] =
            (1 - leak) * tangent[place] + leak * (1 - y * y) * (current[place] + own[c])
            + push * (y - rate[c])
        }
      }
    }
  }
}

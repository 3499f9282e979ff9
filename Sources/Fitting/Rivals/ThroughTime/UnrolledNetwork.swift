internal import Collectives
internal import LinearAlgebra

/// A rate network run through windows of a recording, and the gradient back through time.
///
/// From the recorded state at the start of a window,
/// ```
/// s[t] = W x[t],   r̂[t+1] = (1 − α) x[t] + α tanh s[t]
/// ```
/// where x[t] is r̂[t] with inputs and bias, or the recorded state where the step is forced. Back,
/// with δ[t] the derivative of the loss by r̂[t],
/// ```
/// g[t] = α (1 − tanh² s[t]) δ[t+1],   ∂W = Σ g[t] x[t]ᵀ,   ∂α = Σ δ[t+1] (tanh s[t] − x[t])
/// δ[t] = ∂ℓ[t]/∂r̂[t] + (1 − α) δ[t+1] + Wᵀ g[t]        the latter two where t is not forced
/// ```
/// Each rank has some rows of W.
///
/// - Complexity: 6 M flops a weight row, window and step; M numbers of memory a window and step on
///   every rank; a gather of the rates and a sum of `Wᵀ g` for each step that is not forced.
/// Reference: Werbos (1990); with forcing Williams, Zipser (1989).
struct UnrolledNetwork: ~Copyable {
  private let windows: Windows
  private let loss: RateLoss
  /// What the loss of each step counts, 1 at first.
  var stepWeights: [Double]
  /// The leak of each of this rank's neurons.
  var alpha: [Double]
  private let local: Range<Int>
  private let neurons: Int
  private let counts: [Int]
  /// Steps × regressors by windows, as recorded.
  private let recorded: Matrix<Double>
  /// This rank's neurons × transitions: the rates they lead to; NaN where missing.
  private let next: Matrix<Double>
  /// As `recorded`, with the states of the run.
  private var states: Matrix<Double>
  /// Steps × this rank's neurons by windows: tanh s, and the derivative of the loss by r̂[t+1].
  private var outputs: Matrix<Double>
  private var slopes: Matrix<Double>

  private var regressors: Int { recorded.rows / max(1, windows.steps) }

  /// Derivatives of the loss by this rank's rows of W, and by their leaks.
  struct Gradient: ~Copyable {
    var weights: Matrix<Double>
    var leaks: [Double]
  }

  /// Takes regressors × transitions, and for each of this rank's neurons where they lead to.
  ///
  /// - Collective: every rank of `group` must call it.
  init<S: Scalar>(
    windows: Windows, loss: RateLoss, alpha: [Double], local: Range<Int>, neurons: Int,
    regressors x: borrowing Matrix<S>, next: consuming Matrix<Double>,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    self.windows = windows
    self.loss = loss
    stepWeights = [Double](repeating: 1, count: windows.steps)
    self.alpha = alpha
    self.local = local
    self.neurons = neurons
    self.next = next
    counts = try group.gather(local.count)
    var recorded = Matrix<Double>(rows: windows.steps * x.rows, columns: windows.count)
    for step in 0..<windows.steps {
      for j in 0..<x.rows {
        recorded.take(row: step * x.rows + j, x, j) { windows.transition($0, step) }
      }
    }
    states = recorded.copy()
    self.recorded = recorded
    outputs = Matrix(rows: windows.steps * local.count, columns: windows.count)
    slopes = outputs.copy()
  }

  /// Runs all windows; returns this rank's part of the loss, summed over neurons and steps.
  ///
  /// `forced` has for each step and window whether the recorded state stands there.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func run(
    weights: borrowing Matrix<Double>, forced: [[Bool]],
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Double {
    var total = 0.0
    var rates = Matrix<Double>(rows: local.count, columns: windows.count)
    for step in 0..<windows.steps {
      let first = step * regressors
      states.copyRows(first..<first + regressors, from: recorded)
      if forced[step].contains(false) {
        let running = try gathered(rates, group: group)
        states.replaceRows(from: first, by: running, where: forced[step], is: false)
      }
      let currents = product(weights.view, states.view.rows(first..<first + regressors))
      total += advance(step: step, currents: currents, rates: &rates)
    }
    return total
  }

  /// The gradient of the loss of the last run.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func gradient(
    weights: borrowing Matrix<Double>, forced: [[Bool]],
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Gradient {
    let n = local.count
    var result = Gradient(
      weights: Matrix(rows: n, columns: regressors), leaks: [Double](repeating: 0, count: n))
    var carried = Matrix<Double>(rows: n, columns: windows.count)
    for step in (0..<windows.steps).reversed() {
      carried.add(slopes, from: step * n)
      let first = step * regressors
      let own = carried.leakSlopes(
        outputs, from: step * n, states, from: first + local.lowerBound)
      for i in own.indices { result.leaks[i] += own[i] }
      var g = Matrix<Double>(rows: n, columns: windows.count)
      g.setCurrentSlopes(carried, outputs, from: step * n, alpha: alpha)
      do {
        var target = result.weights.mutableView
        multiply(
          g.view, states.view.rows(first..<first + regressors).transposed, into: &target, keep: 1)
      }
      guard step > 0 else { break }
      guard forced[step].contains(false) else {
        carried = Matrix(rows: n, columns: windows.count)
        continue
      }
      var back = product(weights.view.columns(0..<neurons).transposed, g.view)
      try group.sum(&back)
      carried.carry(back, from: local.lowerBound, alpha: alpha, except: forced[step])
    }
    return result
  }

  /// One step in all windows; returns the loss there.
  private mutating func advance(
    step: Int, currents: borrowing Matrix<Double>, rates: inout Matrix<Double>
  ) -> Double {
    let row = step * local.count
    outputs.setTanh(from: row, currents)
    rates.setRates(
      states, from: step * regressors + local.lowerBound, outputs, from: row, alpha: alpha)
    let transitions = (0..<windows.count).map { windows.transition($0, step) }
    return slopes.setSlopes(
      from: row, rates, next, at: transitions, loss: loss, weight: stepWeights[step])
  }

  /// All neurons × windows.
  private func gathered(
    _ rates: borrowing Matrix<Double>, group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    var whole = Matrix<Double>(rows: neurons, columns: windows.count)
    var target = whole.mutableElements
    try group.gather(rates.elements, into: &target, counts: counts.map { $0 * windows.count })
    return whole
  }
}

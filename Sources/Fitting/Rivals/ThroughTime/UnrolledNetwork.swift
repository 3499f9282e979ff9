internal import Collectives
internal import Kernels
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
/// g[t] = α (1 − tanh² s[t]) δ[t+1],   ∂W = Σ g[t] x[t]ᵀ
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
  /// The leak of each of this rank's neurons.
  private let alpha: [Double]
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
      for j in 0..<regressors { states.copyRow(first + j, from: recorded, first + j) }
      if forced[step].contains(false) {
        let running = try gathered(rates, group: group)
        for j in 0..<neurons {
          states.replace(row: first + j, by: running, j, where: forced[step], is: false)
        }
      }
      let currents = product(weights.view, states.view.rows(first..<first + regressors))
      for i in 0..<local.count {
        total += advance(i, step: step, currents: currents, rates: &rates)
      }
    }
    return total
  }

  /// The gradient of the loss of the last run by this rank's rows of W.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func gradient(
    weights: borrowing Matrix<Double>, forced: [[Bool]],
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    let n = local.count
    var result = Matrix<Double>(rows: n, columns: regressors)
    var carried = Matrix<Double>(rows: n, columns: windows.count)
    for step in (0..<windows.steps).reversed() {
      var g = Matrix<Double>(rows: n, columns: windows.count)
      for i in 0..<n {
        carried.add(1, slopes, step * n + i, toRow: i)
        g.setCurrentSlopes(row: i, carried, outputs, step * n + i, alpha: alpha[i])
      }
      let first = step * regressors
      do {
        var target = result.mutableView
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
      for i in 0..<n {
        carried.scaleRow(i, by: 1 - alpha[i])
        carried.add(1, back, local.lowerBound + i, toRow: i)
        carried.clear(row: i, where: forced[step])
      }
    }
    return result
  }

  /// One step of one neuron in all windows.
  private mutating func advance(
    _ i: Int, step: Int, currents: borrowing Matrix<Double>, rates: inout Matrix<Double>
  ) -> Double {
    let row = step * local.count + i
    outputs.setTanh(row: row, currents, i)
    rates.setRates(
      row: i, states, step * regressors + local.lowerBound + i, outputs, row, alpha: alpha[i])
    let (windows, loss) = (windows, loss)
    return slopes.setSlopes(row: row, rates, next, i) { window, rate, targets in
      guard let transition = windows.transition(window, step), !targets[transition].isNaN
      else { return (0, 0) }
      return loss.value(rate, recorded: targets[transition])
    }
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

extension Matrix where S == Double {
  /// `row i ← row j of other`, at the columns that `column` names; zero where it names none.
  fileprivate mutating func take<Other: Scalar>(
    row i: Int, _ other: borrowing Matrix<Other>, _ j: Int, column: (Int) -> Int?
  ) {
    let source = other.row(j)
    var target = mutableRow(i)
    for k in 0..<target.count { target[k] = column(k).map { Double(source[$0]) } ?? 0 }
  }

  /// Entries of row j of another matrix replace those of row i where a mark has some value.
  fileprivate mutating func replace(
    row i: Int, by other: borrowing Matrix, _ j: Int, where marks: [Bool], is value: Bool
  ) {
    let source = other.row(j)
    var target = mutableRow(i)
    for k in 0..<target.count where marks[k] == value { target[k] = source[k] }
  }

  /// Entries become zero where they are marked.
  fileprivate mutating func clear(row i: Int, where marks: [Bool]) {
    var target = mutableRow(i)
    for k in 0..<target.count where marks[k] { target[k] = 0 }
  }

  /// `row i ← tanh` of row j of the currents.
  fileprivate mutating func setTanh(row i: Int, _ currents: borrowing Matrix, _ j: Int) {
    var target = mutableRow(i)
    tanh(currents.row(j), into: &target)
  }

  /// `row i ← (1 − alpha) x + alpha y`, with x row j of the states and y row k of the outputs.
  fileprivate mutating func setRates(
    row i: Int, _ states: borrowing Matrix, _ j: Int, _ outputs: borrowing Matrix, _ k: Int,
    alpha: Double
  ) {
    let x = states.row(j)
    let y = outputs.row(k)
    var target = mutableRow(i)
    for c in 0..<target.count { target[c] = (1 - alpha) * x[c] + alpha * y[c] }
  }

  /// Row i becomes the slopes of a loss at row j of the rates; returns the sum of the losses.
  fileprivate mutating func setSlopes(
    row i: Int, _ rates: borrowing Matrix, _ targets: borrowing Matrix, _ j: Int,
    _ value: (_ column: Int, _ rate: Double, _ targets: Span<Double>) -> (Double, Double)
  ) -> Double {
    let rate = rates.row(j)
    let wanted = targets.row(j)
    var target = mutableRow(i)
    var total = 0.0
    for c in 0..<target.count {
      let (loss, slope) = value(c, rate[c], wanted)
      total += loss
      target[c] = slope
    }
    return total
  }

  /// `row i ← alpha (1 − y²) δ`, with y row j of the outputs and δ row i of the slopes.
  fileprivate mutating func setCurrentSlopes(
    row i: Int, _ slopes: borrowing Matrix, _ outputs: borrowing Matrix, _ j: Int, alpha: Double
  ) {
    let delta = slopes.row(i)
    let y = outputs.row(j)
    var target = mutableRow(i)
    for k in 0..<target.count { target[k] = alpha * (1 - y[k] * y[k]) * delta[k] }
  }
}

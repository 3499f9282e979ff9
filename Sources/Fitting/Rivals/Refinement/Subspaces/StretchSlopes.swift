private import Glibc
internal import LinearAlgebra

/// How stretches of the frames of free runs would have weights and leaks change.
///
/// If the states that each frame starts from stayed as they are, that is
/// ```
/// G = Σ w_h α (1 − tanh² s) (r̂ − r) xᵀ,   ℓ = Σ w_h α (tanh s − r̂) (r̂ − r)
/// ```
/// They are the gradient but for what a change does to later frames, and need no way back.
struct StretchSlopes: ~Copyable {
  /// L.
  var loss = 0.0
  /// Of each stretch: (stretches by local) × regressors.
  private(set) var weights: Matrix<Double>
  /// The same of ln α: stretches × local.
  private(set) var leaks: Matrix<Double>
  /// Σ x xᵀ over all frames and runs: regressors × regressors.
  private(set) var states: Matrix<Double>

  init(stretches: Int, local: Int, regressors: Int) {
    weights = Matrix(rows: stretches * local, columns: regressors)
    leaks = Matrix(rows: stretches, columns: local)
    states = Matrix(rows: regressors, columns: regressors)
  }

  /// The stretch of a step; each later one is longer than the one before.
  static func stretch(of step: Int, steps: Int, stretches: Int) -> Int {
    let place = Double(stretches) * log1p(Double(step)) / log1p(Double(steps))
    return min(stretches - 1, Int(place))
  }

  /// Adds a frame.
  mutating func add(
    _ frame: borrowing TangentRuns.Frame, weight: Double, leaks alpha: [Double], stretch: Int
  ) {
    let n = alpha.count
    var slopes = Matrix<Double>(rows: n, columns: frame.errors.columns)
    for i in 0..<n {
      let (rate, output, error) = (frame.rates.row(i), frame.outputs.row(i), frame.errors.row(i))
      var slope = slopes.mutableRow(i)
      var leak = 0.0
      for c in 0..<slope.count {
        let (y, miss) = (output[c], error[c].isNaN ? 0 : error[c])
        slope[c] = weight * alpha[i] * (1 - y * y) * miss
        leak += weight * alpha[i] * (y - rate[c]) * miss
      }
      leaks[stretch, i] += leak
    }
    var whole = weights.mutableView
    var target = whole.rows(stretch * n..<(stretch + 1) * n)
    multiply(slopes.view, frame.states.view.transposed, into: &target, keep: 1)
    var sums = states.mutableView
    multiply(frame.states.view, frame.states.view.transposed, into: &sums, keep: 1)
  }
}

internal import LinearAlgebra

/// Weights, currents and gradients of some neurons, in memory that is kept between iterations.
///
/// Panels are worked on side by side, each on one thread.
final class NeuronPanel {
  /// By local index.
  let rows: Range<Int>
  /// θ, a row a neuron.
  var weights: Matrix<Double>
  /// `X E`: −∇F without the ridge.
  private(set) var descent: Matrix<Double>
  private var activations: Matrix<Double>
  private var scores: Matrix<Double>
  private var scratch: Matrix<Double>

  /// The panel of some neurons with their rows of `weights`.
  init(_ rows: Range<Int>, of weights: borrowing Matrix<Double>, samples: Int) {
    self.rows = rows
    self.weights = weights.copy(rows: rows)
    descent = Matrix(rows: rows.count, columns: weights.columns)
    activations = Matrix(rows: rows.count, columns: samples)
    scores = Matrix(rows: rows.count, columns: samples)
    scratch = Matrix(rows: 1, columns: samples)
  }

  /// The panels of a problem.
  static func all(
    of problem: RivalProblem, _ weights: borrowing Matrix<Double>, samples: Int
  ) -> [NeuronPanel] {
    var panels: [NeuronPanel] = []
    for rows in problem.panels {
      panels.append(NeuronPanel(rows, of: weights, samples: samples))
    }
    return panels
  }

  /// `descent ← X E` at the weights; X is regressors × samples, z and η local neurons × samples.
  ///
  /// `factor` of a row's sums scales its scores.
  func takeDescent(
    _ loss: RivalLoss, at x: borrowing Matrix<Double>, targets z: borrowing Matrix<Double>,
    headroom eta: borrowing Matrix<Double>, factor: (RivalScore) -> Double = { _ in 1 }
  ) {
    activations.multiply(rows: 0..<rows.count, weights, x)
    for (i, neuron) in rows.enumerated() {
      let score = scores.score(
        row: i, loss, targets: z, headroom: eta, neuron, activations: activations,
        scratch: &scratch)
      let factor = factor(score)
      if factor != 1 { scores.scaleRow(i, by: factor) }
    }
    descent.multiply(rows: 0..<rows.count, scores, x, transposingB: true)
  }

  /// Changes a row of weights by its descent, both entry by entry.
  func update(row i: Int, _ body: (inout MutableSpan<Double>, Span<Double>) -> Void) {
    weights.update(row: i, by: descent, body)
  }
}

extension Matrix<Double> {
  /// Puts the weights of a panel into their rows.
  mutating func take(_ panel: NeuronPanel) {
    for (i, neuron) in panel.rows.enumerated() { copyRow(neuron, from: panel.weights, i) }
  }

  fileprivate mutating func update(
    row i: Int, by other: borrowing Matrix,
    _ body: (inout MutableSpan<Double>, Span<Double>) -> Void
  ) {
    var target = mutableRow(i)
    body(&target, other.row(i))
  }

  /// `row i ← −φ'` at row i of the activations, with the targets in row k.
  fileprivate mutating func score(
    row i: Int, _ loss: RivalLoss, targets: borrowing Matrix, headroom: borrowing Matrix, _ k: Int,
    activations: borrowing Matrix, scratch: inout Matrix
  ) -> RivalScore {
    var e = mutableRow(i)
    var rest = scratch.mutableRow(0)
    return loss.score(
      targets: targets.row(k), headroom: headroom.row(k), activations: activations.row(i), into: &e,
      scratch: &rest)
  }
}

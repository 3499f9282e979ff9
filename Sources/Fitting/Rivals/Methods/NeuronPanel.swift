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
    let sums = takeScores(loss, at: x, targets: z, headroom: eta)
    for (i, score) in sums.enumerated() {
      let factor = factor(score)
      if factor != 1 { scores.scaleRow(i, by: factor) }
    }
    descent.multiply(rows: 0..<rows.count, scores, x, transposingB: true)
  }

  /// Currents and scores at the weights, with the sums over each row.
  func takeScores(
    _ loss: RivalLoss, at x: borrowing Matrix<Double>, targets z: borrowing Matrix<Double>,
    headroom eta: borrowing Matrix<Double>
  ) -> [RivalScore] {
    activations.multiply(rows: 0..<rows.count, weights, x)
    return rows.enumerated().map { i, neuron in
      scores.score(
        row: i, loss, targets: z, headroom: eta, neuron, activations: activations,
        scratch: &scratch)
    }
  }

  /// Moves the weights by a step of Adam down the gradient `decay · θ − scale · X E`, of which the
  /// entries that are excluded are 0.
  func step(_ adam: PanelAdam, decay: Double, scale: Double, excluding own: (Int) -> Int?) {
    for (i, neuron) in rows.enumerated() {
      descent.scaleRow(i, by: -scale)
      descent.add(decay, weights, i, toRow: i)
      if let column = own(neuron) { descent[i, column] = 0 }
    }
    adam.steps.step(&weights, descent)
  }
}

/// Adam's steps of a panel.
final class PanelAdam {
  fileprivate var steps: AdamSteps

  init(_ panel: NeuronPanel, learningRate: Double) {
    steps = AdamSteps(
      rows: panel.rows.count, columns: panel.weights.columns, learningRate: learningRate)
  }
}

extension Matrix<Double> {
  /// Puts the weights of a panel into their rows.
  mutating func take(_ panel: NeuronPanel) {
    for (i, neuron) in panel.rows.enumerated() { copyRow(neuron, from: panel.weights, i) }
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

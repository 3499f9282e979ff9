internal import LinearAlgebra
internal import Statistics

/// Adam's steps down a gradient: see ``AdamMoments``.
struct AdamSteps: ~Copyable {
  private let learningRate: Double
  private var moments: AdamMoments

  init(rows: Int, columns: Int, learningRate: Double) {
    self.learningRate = learningRate
    moments = AdamMoments(parameters: rows * columns)
  }

  /// One step.
  mutating func step(_ theta: inout Matrix<Double>, _ gradient: borrowing Matrix<Double>) {
    moments.add(gradient.elements)
    var values = theta.mutableElements
    moments.move(&values, rate: learningRate)
  }
}

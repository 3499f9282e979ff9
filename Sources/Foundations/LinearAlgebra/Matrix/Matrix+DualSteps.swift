package import Kernels

// The passes of a dual iteration on a row of the matrices of a panel; the scores are in the
// first row of theirs.
extension Matrix {
  /// `dualAdvance` where this matrix has the residuals.
  package mutating func dualAdvance(
    row i: Int, step: S, along direction: borrowing Matrix, response: borrowing Matrix,
    score: borrowing Matrix, image: borrowing Matrix, ridge: S, coefficients: inout Matrix,
    activations: inout Matrix
  ) -> Double {
    var residual = mutableRow(i)
    var b = coefficients.mutableRow(i)
    var s = activations.mutableRow(i)
    return Kernels.dualAdvance(
      step: step, along: direction.row(i), response: response.row(i), score: score.row(0),
      image: image.row(i), ridge: ridge, coefficients: &b, activations: &s,
      residual: &residual)
  }

  /// `dualComplete` where this matrix has the images, along row j of another.
  package mutating func dualComplete(
    row i: Int, correction: S, along exclusion: borrowing Matrix, _ j: Int,
    residual: borrowing Matrix, ridge: S
  ) -> Double {
    var image = mutableRow(i)
    return Kernels.dualComplete(
      image: &image, correction: correction, along: exclusion.row(j), residual: residual.row(i),
      ridge: ridge)
  }

  /// `dualDirection` where this matrix has the directions.
  package mutating func dualDirection(
    row i: Int, beta: S, ridge: S, response: inout Matrix, residual: borrowing Matrix,
    image: borrowing Matrix, coefficients: borrowing Matrix, curvature: borrowing Matrix
  ) -> LineSums {
    var direction = mutableRow(i)
    var along = response.mutableRow(i)
    return Kernels.dualDirection(
      &direction, response: &along, beta: beta, ridge: ridge, residual: residual.row(i),
      image: image.row(i), coefficients: coefficients.row(i), curvatures: curvature.row(i))
  }
}

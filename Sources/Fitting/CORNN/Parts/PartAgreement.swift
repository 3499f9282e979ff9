package import LinearAlgebra

/// The weights that parts of a recording give, of this rank's neurons.
///
/// Entries are NaN where a weight is not free, or its neuron was not fitted.
package final class PartAgreement {
  /// Local × presynaptic neurons: of either half; without columns if no halves were asked for.
  package internal(set) var firstHalf: Matrix<Float>
  package internal(set) var secondHalf: Matrix<Float>
  /// Local × presynaptic neurons: the share of resamples in which the weight has the sign it has in
  /// the fit, and its standard deviation over them; without columns if there were no resamples.
  package private(set) var sameSign: Matrix<Float>
  package private(set) var deviation: Matrix<Float>
  /// Resamples so far.
  package private(set) var resamples = 0
  /// Of the differences from the fit: sums and sums of squares.
  private var sums: Matrix<Double>
  private var squares: Matrix<Double>

  init(local: Int, neurons: Int, halves: Bool, resamples: Bool) {
    func empty(_ isWanted: Bool) -> Matrix<Float> {
      Matrix(rows: local, columns: isWanted ? neurons : 0)
    }
    firstHalf = empty(halves)
    secondHalf = empty(halves)
    sameSign = empty(resamples)
    deviation = empty(resamples)
    sums = Matrix(rows: local, columns: resamples ? neurons : 0)
    squares = Matrix(rows: local, columns: resamples ? neurons : 0)
  }

  /// Takes the weights of a resample, beside those of the fit.
  func add(_ weights: borrowing Matrix<Double>, fitted: borrowing Matrix<Double>) {
    resamples += 1
    for i in 0..<sums.rows {
      for j in 0..<sums.columns {
        let difference = weights[i, j] - fitted[i, j]
        sums[i, j] += difference
        squares[i, j] += difference * difference
        if weights[i, j] * fitted[i, j] > 0 { sameSign[i, j] += 1 }
      }
    }
  }

  /// Turns sums into shares and deviations, once all resamples are there.
  func settle() {
    let count = Double(max(1, resamples))
    for i in 0..<sums.rows {
      for j in 0..<sums.columns {
        let mean = sums[i, j] / count
        let variance = max(0, squares[i, j] / count - mean * mean) * count / max(1, count - 1)
        deviation[i, j] = Float(variance.squareRoot())
        sameSign[i, j] /= Float(count)
      }
    }
  }

  /// Leaves no number where there is no weight; `free` has the presynaptic neurons of each of the
  /// local ones.
  func keep(only free: [Set<Int>]) {
    for i in free.indices {
      for j in 0..<max(firstHalf.columns, sameSign.columns) where !free[i].contains(j) {
        if firstHalf.columns > 0 { (firstHalf[i, j], secondHalf[i, j]) = (.nan, .nan) }
        if sameSign.columns > 0 { (sameSign[i, j], deviation[i, j]) = (.nan, .nan) }
      }
    }
  }
}

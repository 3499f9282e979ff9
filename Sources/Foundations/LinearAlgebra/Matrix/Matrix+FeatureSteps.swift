internal import Kernels

// The passes of an iteration in whitened features on a row of the matrices of a panel; c is row j
// of a matrix that is not swapped with the others.
extension Matrix where S == Float {
  /// `featureOwn` where this matrix has the products.
  package func featureOwn(
    row i: Int, penalty: borrowing Matrix, own: borrowing Matrix, _ j: Int
  ) -> Double {
    Kernels.featureOwn(product: row(i), penalty: penalty.row(i), own: own.row(j))
  }

  /// `featureImage` where this matrix has the images.
  package mutating func featureImage(
    row i: Int, product: borrowing Matrix, penalty: borrowing Matrix, correction k: Double,
    own: borrowing Matrix, _ j: Int
  ) -> (square: Double, crossing: Double) {
    var image = mutableRow(i)
    return Kernels.featureImage(
      &image, product: product.row(i), penalty: penalty.row(i), correction: Float(k),
      own: own.row(j))
  }

  /// `featureDirection` where this matrix has the directions.
  package mutating func featureDirection(
    row i: Int, beta: Double, image: borrowing Matrix, own: borrowing Matrix, _ j: Int
  ) -> (slope: Double, own: Double) {
    var direction = mutableRow(i)
    return Kernels.featureDirection(
      &direction, beta: Float(beta), image: image.row(i), own: own.row(j))
  }

  /// `featureAdvance` where this matrix has the states.
  package mutating func featureAdvance(
    row i: Int, step t: Double, along direction: borrowing Matrix,
    penalised: borrowing Matrix, penalty: inout Matrix
  ) {
    var state = mutableRow(i)
    var penalties = penalty.mutableRow(i)
    Kernels.featureAdvance(
      step: Float(t), along: direction.row(i), penalised: penalised.row(i), state: &state,
      penalty: &penalties)
  }

  /// `row i ← d x` with x row j of another matrix and d the first row of a third.
  package mutating func setScaled(
    row i: Int, _ x: borrowing Matrix, _ j: Int, by d: borrowing Matrix
  ) {
    var target = mutableRow(i)
    Kernels.scale(x.row(j), entrywiseBy: d.row(0), into: &target)
  }
}

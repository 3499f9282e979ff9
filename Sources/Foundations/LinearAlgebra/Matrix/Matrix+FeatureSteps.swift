package import Kernels

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

  /// `row i ← d x` with x row j of another matrix and d row k of a third, entry by entry.
  package mutating func setScaled(
    row i: Int, _ x: borrowing Matrix, _ j: Int, by d: borrowing Matrix, _ k: Int = 0
  ) {
    var target = mutableRow(i)
    Kernels.scale(x.row(j), entrywiseBy: d.row(k), into: &target)
  }
}

// The same where a metric of the row's own preconditions: m is row j of a matrix like that of c.
extension Matrix where S == Float {
  /// `featureGradient` where this matrix has the images.
  package mutating func featureGradient(
    row i: Int, product: borrowing Matrix, penalty: borrowing Matrix, own: borrowing Matrix,
    image: borrowing Matrix, _ j: Int
  ) -> GradientSums {
    var gradient = mutableRow(i)
    return Kernels.featureGradient(
      &gradient, product: product.row(i), penalty: penalty.row(i), own: own.row(j),
      image: image.row(j))
  }

  /// `featureRest` of a row; b is the first row of a matrix.
  package mutating func featureRest(
    row i: Int, from first: Int, mean: Double, penalty: borrowing Matrix
  ) {
    var image = mutableRow(i)
    Kernels.featureRest(&image, from: first, mean: Float(mean), penalty: penalty.row(0))
  }

  /// `featureCorrect` where this matrix has the images.
  package mutating func featureCorrect(
    row i: Int, product: borrowing Matrix, penalty: borrowing Matrix, correction k: Double,
    image: borrowing Matrix, _ j: Int
  ) -> Double {
    var own = mutableRow(i)
    return Kernels.featureCorrect(
      &own, product: product.row(i), penalty: penalty.row(i), correction: Float(k),
      image: image.row(j))
  }

  /// `featureDescent` where this matrix has the directions.
  package mutating func featureDescent(
    row i: Int, product: borrowing Matrix, penalty: borrowing Matrix, beta: Double,
    image: borrowing Matrix, own: borrowing Matrix, _ j: Int
  ) -> (slope: Double, own: Double) {
    var direction = mutableRow(i)
    return Kernels.featureDescent(
      &direction, product: product.row(i), penalty: penalty.row(i), beta: Float(beta),
      image: image.row(i), own: own.row(j))
  }

  /// A lane of row i, systems side by side, ← the first numbers of row j of another matrix.
  package mutating func setLane(
    row i: Int, _ lane: Int, _ other: borrowing Matrix, _ j: Int, count: Int
  ) {
    var systems = mutableRow(i)
    LaneSystems.set(lane, other.row(j).extracting(0..<count), in: &systems)
  }

  /// The first numbers of row i ← a lane of row j of a matrix of systems side by side.
  package mutating func getLane(
    row i: Int, count: Int, _ other: borrowing Matrix, _ j: Int, _ lane: Int
  ) {
    var values = mutableRow(i)
    LaneSystems.get(lane, count: count, of: other.row(j), into: &values)
  }

  /// Row i, matrices side by side, ← their factors.
  package mutating func factorLanes(row i: Int, order: Int, least: Float) {
    var systems = mutableRow(i)
    LaneSystems.factor(order: order, least: least, &systems)
  }

  /// Row i, vectors side by side, ← the solutions with the factors in row i of another matrix.
  package mutating func solveLanes(row i: Int, order: Int, _ factors: borrowing Matrix) {
    var vectors = mutableRow(i)
    LaneSystems.solve(order: order, factors.row(i), &vectors)
  }
}

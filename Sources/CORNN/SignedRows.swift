internal import Collectives
internal import LinearAlgebra

// Rows of weights and their signs; the weights beyond `signs.count` (inputs, bias) are free.
extension Matrix {
  /// `row i ← ` its nearest point with the given signs.
  mutating func project(row i: Int, onto signs: [Int]) {
    var row = mutableRow(i)
    CORNN.project(&row, onto: signs)
  }

  /// The entries of row i that are 0 and that `gradient`, pointing downhill, would give the
  /// wrong sign.
  func held(row i: Int, gradient: borrowing Matrix, signs: [Int]) -> ForbiddenSet {
    heldSet(row(i), gradient.row(i), signs)
  }

  /// Replaces the direction in row i by the way to the projected end of a step along it.
  ///
  /// Returns false, and leaves it, if no sign stands in the way.
  mutating func bend(
    row i: Int, length: Double, from weights: borrowing Matrix, signs: [Int]
  ) -> Bool {
    var row = mutableRow(i)
    return CORNN.bend(&row, length: length, from: weights.row(i), signs)
  }
}

extension MaskedPrimalForm {
  /// `row ← gradient / diagonal of A`.
  func scaleByDiagonal(
    _ gradient: borrowing Matrix<S>, row i: Int, into direction: inout Matrix<S>
  ) {
    for j in 0..<unknowns {
      direction[i, j] = gradient[i, j] / S(products.gram.matrix[j, j] + ridge)
    }
  }
}

@specialized(where S == Double)
@specialized(where S == Float)
private func project<S: Scalar>(_ row: inout MutableSpan<S>, onto signs: [Int]) {
  for (j, sign) in signs.enumerated() where S(sign) * row[j] < 0 { row[j] = 0 }
}

@specialized(where S == Double)
@specialized(where S == Float)
private func heldSet<S: Scalar>(
  _ weights: Span<S>, _ gradient: Span<S>, _ signs: [Int]
) -> ForbiddenSet {
  var held = ForbiddenSet(neurons: signs.count)
  for (j, sign) in signs.enumerated()
  where sign != 0 && weights[j] == 0 && S(sign) * gradient[j] <= 0 {
    held.insert(j)
  }
  return held
}

@specialized(where S == Double)
@specialized(where S == Float)
private func bend<S: Scalar>(
  _ direction: inout MutableSpan<S>, length: Double, from weights: Span<S>, _ signs: [Int]
) -> Bool {
  let t = S(length)
  var stands = false
  for (j, sign) in signs.enumerated() where S(sign) * (weights[j] + t * direction[j]) < 0 {
    stands = true
  }
  guard stands else { return false }
  for j in 0..<direction.count {
    let wrong = j < signs.count && S(signs[j]) * (weights[j] + t * direction[j]) < 0
    direction[j] = wrong ? -weights[j] : t * direction[j]
  }
  return true
}

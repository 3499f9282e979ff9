internal import Collectives
internal import LinearAlgebra

// Rows of weights and their signs; the weights beyond `signs.count` (inputs, bias) are free.
extension Matrix {
  /// `row i ← ` its nearest point with the given signs.
  mutating func project(row i: Int, onto signs: [Int]) {
    var row = mutableRow(i)
    CORNN.project(&row, onto: signs)
  }

  /// Zeroes the entries of row i that a step took to their boundary, up to rounding.
  mutating func zeroAtBoundary(
    row i: Int, after length: Double, along direction: borrowing Matrix, signs: [Int]
  ) {
    var row = mutableRow(i)
    CORNN.zeroAtBoundary(&row, length, direction.row(i), signs)
  }

  /// The entries of row i that are 0 and that `gradient`, pointing downhill, would give the
  /// wrong sign.
  func binding(row i: Int, gradient: borrowing Matrix, signs: [Int]) -> ForbiddenSet {
    bindingSet(row(i), gradient.row(i), signs)
  }

  /// The entries of row i that are 0 and have a sign.
  func zeros(row i: Int, signs: [Int]) -> ForbiddenSet { zeroSet(row(i), signs) }

  /// How far a step along the direction in row i may go before the first sign changes, at
  /// most `length`.
  func firstBoundary(
    row i: Int, length: Double, from weights: borrowing Matrix, signs: [Int]
  ) -> Double {
    CORNN.firstBoundary(row(i), length: length, from: weights.row(i), signs)
  }

  /// Replaces the direction in row i by the line to the projected end of a step along it.
  mutating func projectStep(
    row i: Int, length: Double, from weights: borrowing Matrix, signs: [Int]
  ) {
    var row = mutableRow(i)
    CORNN.projectStep(&row, length: length, from: weights.row(i), signs)
  }
}

extension MaskedPrimalForm {
  /// The weights that a neuron lacks whatever the signs.
  func forbidden(of neuron: Int) -> ForbiddenSet {
    var forbidden = exclusions[neuron].set
    if exclusions[neuron].leavesOutSelf {
      forbidden.insert(base.regressors.index(ofLocal: neuron))
    }
    return forbidden
  }

  /// `Σ g_j² / A_jj` over the entries of a set that are not of another.
  func diagonalSquare(
    _ gradient: borrowing Matrix<S>, row i: Int, at set: ForbiddenSet, except binding: ForbiddenSet
  ) -> Double {
    var sum = 0.0
    for j in set.members where !binding.contains(j) {
      let entry = Double(gradient[i, j])
      sum += entry * entry / (products.gram.shared.matrix[j, j] + ridge)
    }
    return sum
  }

  /// `row ← gradient / diagonal of A`.
  func scaleByDiagonal(
    _ gradient: borrowing Matrix<S>, row i: Int, into direction: inout Matrix<S>
  ) {
    for j in 0..<unknowns {
      direction[i, j] = gradient[i, j] / S(products.gram.shared.matrix[j, j] + ridge)
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
private func zeroAtBoundary<S: Scalar>(
  _ row: inout MutableSpan<S>, _ length: Double, _ direction: Span<S>, _ signs: [Int]
) {
  for (j, sign) in signs.enumerated() where sign != 0 {
    let rounding = 8 * S.ulpOfOne * abs(S(length) * direction[j])
    let goesOut = S(sign) * direction[j] < 0
    if S(sign) * row[j] <= (goesOut ? rounding : 0) { row[j] = 0 }
  }
}

@specialized(where S == Double)
@specialized(where S == Float)
private func zeroSet<S: Scalar>(_ weights: Span<S>, _ signs: [Int]) -> ForbiddenSet {
  var zeros = ForbiddenSet(neurons: signs.count)
  for (j, sign) in signs.enumerated() where sign != 0 && weights[j] == 0 { zeros.insert(j) }
  return zeros
}

@specialized(where S == Double)
@specialized(where S == Float)
private func bindingSet<S: Scalar>(
  _ weights: Span<S>, _ gradient: Span<S>, _ signs: [Int]
) -> ForbiddenSet {
  var binding = ForbiddenSet(neurons: signs.count)
  for (j, sign) in signs.enumerated()
  where sign != 0 && weights[j] == 0 && S(sign) * gradient[j] <= 0 {
    binding.insert(j)
  }
  return binding
}

@specialized(where S == Double)
@specialized(where S == Float)
private func firstBoundary<S: Scalar>(
  _ direction: Span<S>, length: Double, from weights: Span<S>, _ signs: [Int]
) -> Double {
  var first = length
  for (j, sign) in signs.enumerated()
  where S(sign) * (weights[j] + S(length) * direction[j]) < 0 {
    first = min(first, Double(-weights[j] / direction[j]))
  }
  return first
}

@specialized(where S == Double)
@specialized(where S == Float)
private func projectStep<S: Scalar>(
  _ direction: inout MutableSpan<S>, length: Double, from weights: Span<S>, _ signs: [Int]
) {
  let t = S(length)
  for j in 0..<direction.count {
    let crosses = j < signs.count && S(signs[j]) * (weights[j] + t * direction[j]) < 0
    direction[j] = crosses ? -weights[j] : t * direction[j]
  }
}

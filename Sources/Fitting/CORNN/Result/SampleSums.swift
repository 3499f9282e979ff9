internal import LinearAlgebra

/// How sums over samples, `Σ_t b_t x_t` of coefficients b and regressors x, are taken in float32.
///
/// Sample coefficients cancel each other, the more the weaker the ridge: rounded as they are they
/// cost 6e-5 of W at a ridge of 1e-5 a frame. Where rates change little from sample to sample the
/// sum by parts (Abel) cancels far less and costs 2e-6, with `x_{−1} = 0`:
///
/// ```
/// Σ_t b_t x_t = Σ_t c_t (x_t − x_{t−1}),  c_t = Σ_{s ≥ t} b_s
/// ```
enum SampleSums: CaseIterable {
  case plain
  case byParts

  /// The factors that coefficients are, rows × samples: b or c.
  ///
  /// - Complexity: a pass over them.
  func coefficients<S: Scalar>(_ b: borrowing Matrix<S>) -> Matrix<Float> {
    switch self {
    case .plain: b.converted(to: Float.self)
    case .byParts: suffixSums(b)
    }
  }

  /// The factors that some regressors are, rows × samples: x or its differences.
  ///
  /// - Complexity: a pass over them.
  func regressors<S: Scalar>(
    _ x: borrowing Matrix<S>, rows: Range<Int>
  ) -> Matrix<Float> {
    switch self {
    case .plain: x.copy(rows: rows).converted(to: Float.self)
    case .byParts: differences(x, rows: rows)
    }
  }

  /// The relative error of `b x[rows]ᵀ` in float32, in the Frobenius norm; infinite where it is not
  /// known.
  func error<S: Scalar>(
    of b: borrowing Matrix<S>, _ x: borrowing Matrix<S>, rows: Range<Int>
  ) -> Double {
    relativeDifference(
      product(coefficients(b), regressors(x, rows: rows), transposingB: true),
      product(b, transposingRows: rows, of: x))
  }
}

/// `‖found − exact‖ / ‖exact‖` in the Frobenius norm; infinite where it is not known.
func relativeDifference<P: Scalar, S: Scalar>(
  _ found: borrowing Matrix<P>, _ exact: borrowing Matrix<S>
) -> Double {
  let exact = exact.converted(to: Double.self)
  var difference = found.converted(to: Double.self)
  var (error, size) = (0.0, 0.0)
  for i in 0..<exact.rows {
    difference.add(-1, exact, i, toRow: i)
    error += difference.dot(i, difference, i)
    size += exact.dot(i, exact, i)
  }
  let relative = (error / size).squareRoot()
  return relative.isFinite ? relative : .infinity
}

/// `Σ_{s ≥ t} b_s` of each row, summed in float64.
@specialized(where S == Double)
@specialized(where S == Float)
private func suffixSums<S: Scalar>(_ b: borrowing Matrix<S>) -> Matrix<Float> {
  var result = Matrix<Float>(rows: b.rows, columns: b.columns)
  for i in 0..<b.rows {
    let values = b.row(i)
    var target = result.mutableRow(i)
    var sum = 0.0
    for t in (0..<values.count).reversed() {
      sum += Double(values[t])
      target[t] = Float(sum)
    }
  }
  return result
}

/// `x_t − x_{t−1}` of some rows.
@specialized(where S == Double)
@specialized(where S == Float)
private func differences<S: Scalar>(
  _ x: borrowing Matrix<S>, rows: Range<Int>
) -> Matrix<Float> {
  var result = Matrix<Float>(rows: rows.count, columns: x.columns)
  for (i, row) in rows.enumerated() {
    let values = x.row(row)
    var target = result.mutableRow(i)
    var last = 0.0
    for t in 0..<values.count {
      let value = Double(values[t])
      target[t] = Float(value - last)
      last = value
    }
  }
  return result
}

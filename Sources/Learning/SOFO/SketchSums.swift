package import LinearAlgebra

/// `V′g` and `V′GV`, summed in double precision over products of the working precision.
package struct SketchSums<S: Scalar>: ~Copyable {
  /// V′GV, K×K; empty for methods of first order.
  package private(set) var matrix: Matrix<Double>
  /// V′g.
  package private(set) var gradient: [Double]
  private var e: Matrix<S>
  private var product: Matrix<S>
  private var column: Matrix<S>

  /// Sums over products of `columns` columns at a time.
  package init(tangents k: Int, columns: Int, withMatrix: Bool) {
    matrix = Matrix(rows: withMatrix ? k : 0, columns: withMatrix ? k : 0)
    gradient = [Double](repeating: 0, count: k)
    e = Matrix(rows: columns, columns: 1)
    product = Matrix(rows: withMatrix ? k : 0, columns: withMatrix ? k : 0)
    column = Matrix(rows: k, columns: 1)
  }

  /// Sets the sums to zero.
  package mutating func reset() {
    for i in 0..<gradient.count { gradient[i] = 0 }
    var entries = matrix.mutableElements
    for i in 0..<entries.count { entries[i] = 0 }
  }

  /// `matrix += A Aᵀ`, `gradient += A e` for the residuals of the columns of A.
  ///
  /// One row of A a tangent, or if `isTransposed` one column; `first` is the place in `residuals`
  /// of the residual of A's first output.
  package mutating func add(
    _ a: borrowing Matrix<S>, isTransposed: Bool, _ residuals: [S], first: Int
  ) {
    copy(residuals, from: first, to: &e)
    multiplyInto(&column, a, isTransposed, e)
    addEntries(of: column, to: &gradient)
    guard matrix.rows > 0 else { return }
    square(a, isTransposed, into: &product)
    addEntries(of: product, to: &matrix)
  }
}

// The operands are fields of one value: as arguments they are accessed one by one.

@specialized(where S == Float)
@specialized(where S == Double)
private func copy<S: Scalar>(_ source: [S], from first: Int, to target: inout Matrix<S>) {
  var numbers = target.mutableElements
  for i in 0..<numbers.count { numbers[i] = source[first + i] }
}

private func multiplyInto<S: Scalar>(
  _ c: inout Matrix<S>, _ a: borrowing Matrix<S>, _ isTransposed: Bool, _ b: borrowing Matrix<S>
) {
  var view = c.mutableView
  multiply(isTransposed ? a.view.transposed : a.view, b.view, into: &view)
}

private func square<S: Scalar>(
  _ a: borrowing Matrix<S>, _ isTransposed: Bool, into c: inout Matrix<S>
) {
  var view = c.mutableView
  symmetricRankUpdate(isTransposed ? a.view.transposed : a.view, into: &view)
}

@specialized(where S == Float)
@specialized(where S == Double)
private func addEntries<S: Scalar>(of terms: borrowing Matrix<S>, to sums: inout [Double]) {
  let numbers = terms.elements
  for i in 0..<numbers.count { sums[i] += Double(numbers[i]) }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func addEntries<S: Scalar>(
  of terms: borrowing Matrix<S>, to sums: inout Matrix<Double>
) {
  let numbers = terms.elements
  var targets = sums.mutableElements
  for i in 0..<numbers.count { targets[i] += Double(numbers[i]) }
}

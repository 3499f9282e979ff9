/// A matrix, or a block of one, seen for reading; it owns nothing and cannot escape.
///
/// `transposed` and the ranges cost nothing. Element (i, j) is at offset
/// `i * stride + j` of the storage, or `j * stride + i` when transposed.
package struct MatrixView<S: Scalar>: ~Escapable {
  let base: UnsafePointer<S>
  /// The shape, rows×columns.
  package let rows: Int
  package let columns: Int
  let stride: Int
  let isTransposed: Bool

  @_lifetime(immortal)
  init(base: UnsafePointer<S>, rows: Int, columns: Int, stride: Int, isTransposed: Bool) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
    self.isTransposed = isTransposed
  }

  /// The element in a row and column, both from 0.
  package subscript(row: Int, column: Int) -> S {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "entry \(row), \(column) of \(rows)×\(columns)")
    return isTransposed ? base[column * stride + row] : base[row * stride + column]
  }

  /// The transpose, without moving a number.
  package var transposed: MatrixView<S> {
    @_lifetime(copy self)
    get {
      let view = MatrixView(
        base: base, rows: columns, columns: rows, stride: stride, isTransposed: !isTransposed)
      return unsafe _overrideLifetime(view, copying: self)
    }
  }

  /// The same view, of which the caller knows that S is Double.
  var asDouble: MatrixView<Double> {
    @_lifetime(copy self)
    get {
      precondition(S.self == Double.self)
      let view = MatrixView<Double>(
        base: UnsafeRawPointer(base).assumingMemoryBound(to: Double.self),
        rows: rows, columns: columns, stride: stride, isTransposed: isTransposed)
      return unsafe _overrideLifetime(view, copying: self)
    }
  }

  /// The block of the given rows and columns.
  @_lifetime(copy self)
  package func block(rows: Range<Int>, columns: Range<Int>) -> MatrixView<S> {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= self.rows && columns.lowerBound >= 0
        && columns.upperBound <= self.columns,
      "block \(rows)×\(columns) of a \(self.rows)×\(self.columns) matrix")
    let offset =
      isTransposed
      ? columns.lowerBound * stride + rows.lowerBound
      : rows.lowerBound * stride + columns.lowerBound
    let view = MatrixView(
      base: base + offset, rows: rows.count, columns: columns.count, stride: stride,
      isTransposed: isTransposed)
    return unsafe _overrideLifetime(view, copying: self)
  }

  /// The given rows, all columns.
  @_lifetime(copy self)
  package func rows(_ range: Range<Int>) -> MatrixView<S> {
    block(rows: range, columns: 0..<columns)
  }

  /// The given columns, all rows.
  @_lifetime(copy self)
  package func columns(_ range: Range<Int>) -> MatrixView<S> {
    block(rows: 0..<rows, columns: range)
  }

  /// One row as a span; the view must not be transposed.
  @_lifetime(copy self)
  package func row(_ index: Int) -> Span<S> {
    precondition(!isTransposed, "a row of a transposed view is not contiguous")
    precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
    let span = unsafe Span(_unsafeStart: base + index * stride, count: columns)
    return unsafe _overrideLifetime(span, copying: self)
  }

  /// A contiguous copy with its own storage, transposed if the view is.
  @specialized(where S == Double)
  @specialized(where S == Float)
  package func copy() -> Matrix<S> {
    let result = Matrix<S>(rows: rows, columns: columns)
    if isTransposed {
      transpose(base, stride, into: result.base, columns, rows: rows, columns: columns)
    } else {
      for i in 0..<rows {
        (result.base + i * columns).update(from: base + i * stride, count: columns)
      }
    }
    return result
  }

  /// A copy in float64 in the order of the storage: of the transpose, if the view is transposed.
  func widened() -> Matrix<Double> {
    let (lines, length) = isTransposed ? (columns, rows) : (rows, columns)
    let result = Matrix<Double>(rows: lines, columns: length)
    for i in 0..<lines {
      convert(base + i * stride, to: result.base + i * length, count: length)
    }
    return result
  }
}

/// A matrix, or a block of one, seen for writing; exclusive, and cannot escape.
package struct MutableMatrixView<S: Scalar>: ~Copyable, ~Escapable {
  let base: UnsafeMutablePointer<S>
  /// The shape, rows×columns.
  package let rows: Int
  package let columns: Int
  let stride: Int

  @_lifetime(immortal)
  init(base: UnsafeMutablePointer<S>, rows: Int, columns: Int, stride: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The element in a row and column, both from 0.
  package subscript(row: Int, column: Int) -> S {
    get {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns,
        "entry \(row), \(column) of \(rows)×\(columns)")
      return base[row * stride + column]
    }
    nonmutating set {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns,
        "entry \(row), \(column) of \(rows)×\(columns)")
      base[row * stride + column] = newValue
    }
  }

  /// The same block for reading.
  package var view: MatrixView<S> {
    @_lifetime(borrow self)
    get {
      let view = MatrixView(
        base: base, rows: rows, columns: columns, stride: stride, isTransposed: false)
      return unsafe _overrideLifetime(view, borrowing: self)
    }
  }

  /// The block of the given rows and columns, for writing.
  @_lifetime(&self)
  package mutating func block(rows: Range<Int>, columns: Range<Int>) -> MutableMatrixView<S> {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= self.rows && columns.lowerBound >= 0
        && columns.upperBound <= self.columns,
      "block \(rows)×\(columns) of a \(self.rows)×\(self.columns) matrix")
    let view = MutableMatrixView(
      base: base + rows.lowerBound * stride + columns.lowerBound,
      rows: rows.count, columns: columns.count, stride: stride)
    return unsafe _overrideLifetime(view, mutating: &self)
  }

  /// The given rows, all columns, for writing.
  @_lifetime(&self)
  package mutating func rows(_ range: Range<Int>) -> MutableMatrixView<S> {
    block(rows: range, columns: 0..<columns)
  }

  /// One row as a span for writing.
  @_lifetime(&self)
  package mutating func row(_ index: Int) -> MutableSpan<S> {
    precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
    let span = unsafe MutableSpan(_unsafeStart: base + index * stride, count: columns)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// Copies the numbers of a view of the same shape.
  @specialized(where S == Double)
  @specialized(where S == Float)
  package mutating func assign(_ source: MatrixView<S>) {
    precondition(
      source.rows == rows && source.columns == columns,
      "cannot assign \(source.rows)×\(source.columns) to \(rows)×\(columns)")
    if source.isTransposed {
      transpose(source.base, source.stride, into: base, stride, rows: rows, columns: columns)
    } else {
      for i in 0..<rows {
        (base + i * stride).update(from: source.base + i * source.stride, count: columns)
      }
    }
  }
}

/// `target[i, j] ← source[j, i]`, target rows×columns, in bands of target rows, eight columns
/// at a time: eight streams are read, whole cache lines of each, and written side by side.
@specialized(where S == Double)
@specialized(where S == Float)
private func transpose<S: Scalar>(
  _ source: UnsafePointer<S>, _ sourceStride: Int, into target: UnsafeMutablePointer<S>,
  _ targetStride: Int, rows: Int, columns: Int
) {
  let band = 128
  let step = sourceStride
  for first in stride(from: 0, to: rows, by: band) {
    let last = min(first + band, rows)
    var j = 0
    while j + 8 <= columns {
      for i in first..<last {
        let from = source + (j * step + i)
        let to = target + (i * targetStride + j)
        let (a, b, c, d) = (from[0], from[step], from[2 * step], from[3 * step])
        let (e, f, g, h) = (from[4 * step], from[5 * step], from[6 * step], from[7 * step])
        (to[0], to[1], to[2], to[3]) = (a, b, c, d)
        (to[4], to[5], to[6], to[7]) = (e, f, g, h)
      }
      j += 8
    }
    while j < columns {
      for i in first..<last { target[i * targetStride + j] = source[j * step + i] }
      j += 1
    }
  }
}

extension MutableMatrixView {
  /// Copies the rows of a matrix over those from `first` on.
  package mutating func copyRows(of source: MatrixView<S>, to first: Int) {
    precondition(
      !source.isTransposed && source.columns == columns && first >= 0
        && first + source.rows <= rows,
      "\(source.rows)×\(source.columns) to row \(first) of \(rows)×\(columns)")
    for r in 0..<source.rows {
      (base + (first + r) * stride).update(from: source.base + r * source.stride, count: columns)
    }
  }
}

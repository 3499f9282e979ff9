internal import Glibc
internal import Kernels

/// A dense matrix that owns its storage, row major and contiguous.
///
/// `matrix[i, j]` is row i, column j, at offset `i * columns + j`. Throughout the
/// program shapes are written rows×columns.
///
/// It is not copyable: a copy of a large matrix is written `copy()`, never made
/// behind the reader's back. Work is done on views: `view` (reading),
/// `mutableView` (writing), and their row ranges.
///
/// - Complexity: O(rows × columns) to create; views are free.
package struct Matrix<S: Scalar>: ~Copyable {
  package let rows: Int
  package let columns: Int
  let base: UnsafeMutablePointer<S>
  private let release: (() -> Void)?

  /// Cache-line and AVX-512 alignment, in bytes.
  static var alignment: Int { vectorAlignment }

  private init(uninitialisedRows rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    let bytes = max(1, rows * columns) * MemoryLayout<S>.stride
    base = allocate(bytes: bytes, alignment: Self.alignment)
      .bindMemory(to: S.self, capacity: max(1, rows * columns))
    release = nil
  }

  /// A matrix over storage that somebody else allocated; `release` gives it back.
  package init(
    adopting base: UnsafeMutablePointer<S>, rows: Int, columns: Int,
    release: @escaping () -> Void
  ) {
    self.rows = rows
    self.columns = columns
    self.base = base
    self.release = release
  }

  /// A rows×columns matrix of zeros.
  package init(rows: Int, columns: Int) {
    self.init(uninitialisedRows: rows, columns: columns)
    // As bytes: in code that is not specialised a loop over elements is many times slower.
    memset(base, 0, rows * columns * MemoryLayout<S>.stride)
  }

  /// A matrix from nested rows of equal length.
  package init(_ rows: [[S]]) {
    self.init(uninitialisedRows: rows.count, columns: rows.first?.count ?? 0)
    for (i, row) in rows.enumerated() {
      precondition(row.count == columns, "row \(i) has \(row.count) entries, not \(columns)")
      for j in 0..<columns { base[i * columns + j] = row[j] }
    }
  }

  /// The n×n identity.
  package static func identity(_ n: Int) -> Matrix {
    var result = Matrix(rows: n, columns: n)
    for i in 0..<n { result[i, i] = 1 }
    return result
  }

  deinit {
    if let release { release() } else { deallocate(base) }
  }

  /// A copy with its own storage.
  package func copy() -> Matrix {
    let result = Matrix(uninitialisedRows: rows, columns: columns)
    result.base.initialize(from: base, count: rows * columns)
    return result
  }

  /// The same numbers in the other precision.
  @specialized(where S == Float, Other == Double)
  @specialized(where S == Double, Other == Float)
  @specialized(where S == Double, Other == Double)
  package func converted<Other: Scalar>(to type: Other.Type) -> Matrix<Other> {
    let result = Matrix<Other>(rows: rows, columns: columns)
    convert(base, to: result.base, count: rows * columns)
    return result
  }

  /// In another module each use is a call: loops over many entries there take ``row(_:)``.
  package subscript(row: Int, column: Int) -> S {
    get {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns,
        "entry \(row), \(column) of \(rows)×\(columns)")
      return base[row * columns + column]
    }
    set {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns,
        "entry \(row), \(column) of \(rows)×\(columns)")
      base[row * columns + column] = newValue
    }
  }
}

// The storage is owned by one value, reads are const and writes need exclusive access.
extension Matrix: @unchecked Sendable {}

extension Matrix where S: Scalar {
  /// All entries, row by row.
  package var elements: Span<S> {
    @_lifetime(borrow self)
    get {
      let span = unsafe Span(_unsafeStart: base, count: rows * columns)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// All entries for writing, row by row.
  package var mutableElements: MutableSpan<S> {
    @_lifetime(&self)
    mutating get {
      let span = unsafe MutableSpan(_unsafeStart: base, count: rows * columns)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// One row for reading.
  @_lifetime(borrow self)
  package func row(_ index: Int) -> Span<S> {
    precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
    let span = unsafe Span(_unsafeStart: base + index * columns, count: columns)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// One row for writing.
  @_lifetime(&self)
  package mutating func mutableRow(_ index: Int) -> MutableSpan<S> {
    precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
    let span = unsafe MutableSpan(_unsafeStart: base + index * columns, count: columns)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// Exchanges two rows.
  package mutating func swapRows(_ first: Int, _ second: Int) {
    precondition(
      first >= 0 && first < rows && second >= 0 && second < rows,
      "rows \(first) and \(second) of \(rows)")
    guard first != second else { return }
    withUnsafeTemporaryAllocation(of: S.self, capacity: columns) { buffer in
      guard let held = buffer.baseAddress else { return }
      let (a, b) = (base + first * columns, base + second * columns)
      held.update(from: a, count: columns)
      a.update(from: b, count: columns)
      b.update(from: held, count: columns)
    }
  }

  /// `row first ← row second`.
  package mutating func copyRow(_ first: Int, fromRow second: Int) {
    precondition(
      first >= 0 && first < rows && second >= 0 && second < rows,
      "rows \(first) and \(second) of \(rows)")
    guard first != second else { return }
    (base + first * columns).update(from: base + second * columns, count: columns)
  }

  /// The whole matrix for reading.
  package var view: MatrixView<S> {
    @_lifetime(borrow self)
    get {
      let view = MatrixView(
        base: base, rows: rows, columns: columns, stride: columns, isTransposed: false)
      return unsafe _overrideLifetime(view, borrowing: self)
    }
  }

  /// The whole matrix for writing.
  package var mutableView: MutableMatrixView<S> {
    @_lifetime(&self)
    mutating get {
      let view = MutableMatrixView(base: base, rows: rows, columns: columns, stride: columns)
      return unsafe _overrideLifetime(view, mutating: &self)
    }
  }
}

/// Rounds or widens numbers one by one.
@specialized(where From == Float, To == Double)
@specialized(where From == Double, To == Float)
@specialized(where From == Double, To == Double)
@specialized(where From == Float, To == Float)
func convert<From: Scalar, To: Scalar>(
  _ source: UnsafePointer<From>, to target: UnsafeMutablePointer<To>, count: Int
) {
  for i in 0..<count { target[i] = To(source[i]) }
}

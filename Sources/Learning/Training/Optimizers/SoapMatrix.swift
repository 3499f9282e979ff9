internal import Differentiation
internal import LinearAlgebra
internal import Statistics

/// What SOAP keeps of one matrix.
struct SoapMatrix: Sendable {
  private static var decay: Double { 0.95 }
  private static var epsilon: Double { 1e-8 }
  /// Steps from one basis to the next.
  private static var refresh: Int { 10 }

  private let parameter: Parameter
  private var left: Side
  private var right: Side
  private var mean: [Double]
  private var square: [Double]

  /// The preconditioner of the rows or of the columns.
  private struct Side: Sendable {
    let size: Int
    var isRotated: Bool { size <= Soap.longestSide }
    /// L or R, and its eigenvectors, one a row.
    var covariance: [Double]
    var basis: [Double]

    init(_ size: Int) {
      self.size = size
      covariance = size <= Soap.longestSide ? [Double](repeating: 0, count: size * size) : []
      basis = covariance
    }

    var memory: [Double] {
      get { covariance + basis }
      set {
        basis = Array(newValue[covariance.count...])
        covariance = Array(newValue[..<covariance.count])
      }
    }

    /// Adds `(1 − β) A Aᵀ` of a gradient with one row an entry of this side.
    mutating func add(_ a: MatrixView<Double>, decay: Double) {
      guard isRotated else { return }
      var sum = Matrix(rows: size, columns: size, values: covariance)
      var view = sum.mutableView
      symmetricRankUpdate(a, into: &view, scale: 1 - decay, keep: decay)
      covariance = sum.values
    }

    mutating func findBasis() {
      guard isRotated else { return }
      basis = SymmetricEigen(Matrix(rows: size, columns: size, values: covariance)).vectors.values
    }

    /// `Qᵀ X`, or `Q X` on the way back.
    func rotated(_ x: consuming Matrix<Double>, back: Bool = false) -> Matrix<Double> {
      guard isRotated else { return x }
      let q = Matrix<Double>(rows: size, columns: size, values: basis)
      return product(back ? q.view.transposed : q.view, x.view)
    }
  }

  init(_ parameter: Parameter) {
    self.parameter = parameter
    left = Side(parameter.rows)
    right = Side(parameter.columns)
    mean = [Double](repeating: 0, count: parameter.count)
    square = mean
  }

  /// Preconditioners, bases and moments.
  var memory: [Double] {
    get { left.memory + right.memory + mean + square }
    set {
      let sizes = [left.memory.count, right.memory.count, mean.count, square.count]
      var parts: [[Double]] = []
      var place = 0
      for size in sizes {
        parts.append(Array(newValue[place..<(place + size)]))
        place += size
      }
      (left.memory, right.memory, mean, square) = (parts[0], parts[1], parts[2], parts[3])
    }
  }

  /// One step, the `step`-th from 0.
  mutating func update(
    _ parameters: inout [Double], along gradient: [Double], rate: Double, step: Int
  ) {
    let g = Matrix<Double>(
      rows: parameter.rows, columns: parameter.columns, values: gradient[parameter.range])
    if step > 0 { move(&parameters, g, rate: rate, step: step) }
    left.add(g.view, decay: Self.decay)
    right.add(g.view.transposed, decay: Self.decay)
    if step % Self.refresh == 0 {
      left.findBasis()
      right.findBasis()
    }
  }

  private mutating func move(
    _ parameters: inout [Double], _ g: borrowing Matrix<Double>, rate: Double, step: Int
  ) {
    let rotated = rotate(g.copy()).values
    let entries = g.elements
    for i in mean.indices {
      mean[i] = Self.decay * mean[i] + (1 - Self.decay) * entries[i]
      square[i] = Self.decay * square[i] + (1 - Self.decay) * rotated[i] * rotated[i]
    }
    let seen = seenShare(decay: Self.decay, count: step)
    var direction = rotate(Matrix(rows: parameter.rows, columns: parameter.columns, values: mean))
    var numbers = direction.mutableElements
    for i in 0..<numbers.count {
      numbers[i] = numbers[i] / seen / ((square[i] / seen).squareRoot() + Self.epsilon)
    }
    let change = rotate(direction, back: true).values
    for (i, place) in parameter.range.enumerated() { parameters[place] -= rate * change[i] }
  }

  /// `Q_Lᵀ X Q_R`, or `Q_L X Q_Rᵀ` on the way back.
  private func rotate(_ x: consuming Matrix<Double>, back: Bool = false) -> Matrix<Double> {
    let half = left.rotated(x, back: back)
    return right.rotated(half.view.transposed.copy(), back: back).view.transposed.copy()
  }
}

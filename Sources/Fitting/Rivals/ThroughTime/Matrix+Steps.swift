internal import Kernels
internal import LinearAlgebra

// What a step of an unrolled network does to whole blocks of rows.
extension Matrix<Double> {
  /// `row i ← row j of other`, at the columns that `column` names; zero where it names none.
  mutating func take<Other: Scalar>(
    row i: Int, _ other: borrowing Matrix<Other>, _ j: Int, column: (Int) -> Int?
  ) {
    let source = other.row(j)
    var target = mutableRow(i)
    for k in 0..<target.count { target[k] = column(k).map { Double(source[$0]) } ?? 0 }
  }

  /// The same rows of another matrix.
  mutating func copyRows(_ rows: Range<Int>, from other: borrowing Matrix) {
    let entries = rows.lowerBound * columns..<rows.upperBound * columns
    let source = other.elements
    var target = mutableElements
    for k in entries { target[k] = source[k] }
  }

  /// Entries of another matrix replace those from a row on, in the columns of a mark.
  mutating func replaceRows(
    from first: Int, by other: borrowing Matrix, where marks: [Bool], is value: Bool
  ) {
    let source = other.elements
    let start = first * columns
    let marked = marks.indices.filter { marks[$0] == value }
    let (rows, width) = (other.rows, columns)
    var target = mutableElements
    for i in 0..<rows {
      for c in marked { target[start + i * width + c] = source[i * width + c] }
    }
  }

  /// `tanh` of the currents, from a row on.
  mutating func setTanh(from first: Int, _ currents: borrowing Matrix) {
    var values = currents.copy()
    do {
      var entries = values.mutableElements
      applyTanh(to: &entries)
    }
    let start = first * columns
    let source = values.elements
    var target = mutableElements
    for k in 0..<source.count { target[start + k] = source[k] }
  }

  /// `(1 − α) x + α y`, with x the rows of the states and y those of the outputs from some on.
  mutating func setRates(
    _ states: borrowing Matrix, from first: Int, _ outputs: borrowing Matrix, from row: Int,
    alpha: [Double]
  ) {
    let width = columns
    let x = states.elements
    let y = outputs.elements
    var target = mutableElements
    for i in alpha.indices {
      for c in 0..<width {
        let k = i * width + c
        target[k] = (1 - alpha[i]) * x[first * width + k] + alpha[i] * y[row * width + k]
      }
    }
  }

  /// The slopes of a loss at rates times a weight, from a row on; returns the sum of the losses.
  ///
  /// `transitions` has for each column which of the targets is meant, if one is.
  mutating func setSlopes(
    from first: Int, _ rates: borrowing Matrix, _ targets: borrowing Matrix,
    at transitions: [Int?], loss: RateLoss, weight: Double
  ) -> Double {
    let (rows, width, samples) = (rates.rows, columns, targets.columns)
    let rate = rates.elements
    let wanted = targets.elements
    var target = mutableElements
    var total = 0.0
    for i in 0..<rows {
      for (c, transition) in transitions.enumerated() {
        let recorded = transition.map { wanted[i * samples + $0] } ?? .nan
        let value =
          recorded.isNaN ? (loss: 0, slope: 0) : loss.value(rate[i * width + c], recorded: recorded)
        total += weight * value.loss
        target[(first + i) * width + c] = weight * value.slope
      }
    }
    return total
  }

  /// Adds the rows of another matrix from some on.
  mutating func add(_ other: borrowing Matrix, from first: Int) {
    let start = first * columns
    let source = other.elements
    var target = mutableElements
    for k in 0..<target.count { target[k] += source[start + k] }
  }

  /// `α (1 − y²) δ`, with y the rows of the outputs from some on.
  mutating func setCurrentSlopes(
    _ slopes: borrowing Matrix, _ outputs: borrowing Matrix, from first: Int, alpha: [Double]
  ) {
    let width = columns
    let delta = slopes.elements
    let y = outputs.elements
    var target = mutableElements
    for i in alpha.indices {
      for k in i * width..<(i + 1) * width {
        let output = y[first * width + k]
        target[k] = alpha[i] * (1 - output * output) * delta[k]
      }
    }
  }

  /// `Σ δ (y − x)` of each row, with y the rows of the outputs and x those of the states from some
  /// on: the derivative of a loss by α.
  func leakSlopes(
    _ outputs: borrowing Matrix, from row: Int, _ states: borrowing Matrix, from first: Int
  ) -> [Double] {
    let width = columns
    let delta = elements
    let y = outputs.elements
    let x = states.elements
    return (0..<rows).map { i in
      var sum = 0.0
      for c in 0..<width {
        sum += delta[i * width + c] * (y[(row + i) * width + c] - x[(first + i) * width + c])
      }
      return sum
    }
  }

  /// `(1 − α) δ` and the rows of another matrix from some on; zero in the columns that are marked.
  mutating func carry(
    _ back: borrowing Matrix, from first: Int, alpha: [Double], except marks: [Bool]
  ) {
    let width = columns
    let source = back.elements
    var target = mutableElements
    for i in alpha.indices {
      for c in 0..<width {
        let k = i * width + c
        target[k] = marks[c] ? 0 : (1 - alpha[i]) * target[k] + source[first * width + k]
      }
    }
  }
}

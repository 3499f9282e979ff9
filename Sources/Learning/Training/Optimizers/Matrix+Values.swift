internal import LinearAlgebra

extension Matrix<Double> {
  /// A matrix of numbers given row by row.
  init(rows: Int, columns: Int, values: some Collection<Double>) {
    precondition(values.count == rows * columns, "\(values.count) for \(rows)×\(columns)")
    self.init(rows: rows, columns: columns)
    var entries = mutableElements
    for (i, value) in values.enumerated() { entries[i] = value }
  }

  /// Its numbers, row by row.
  var values: [Double] {
    let entries = elements
    return (0..<entries.count).map { entries[$0] }
  }
}

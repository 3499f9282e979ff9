internal import LinearAlgebra

extension TangentMachine {
  /// Adds `V c` for some rows of each tensor to a flat vector.
  ///
  /// - Parameters:
  ///   - coefficients: one a local direction.
  ///   - rows: which rows of a tensor are wanted.
  ///   - target: receives the wanted rows, tensor by tensor, one after the other.
  /// - Complexity: 2 flops a direction and wanted number.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func combineDirections(
    _ coefficients: Span<Double>, rows: (Parameter) -> Range<Int>,
    into target: inout MutableSpan<Double>
  ) {
    precondition(coefficients.count == tangents, "\(coefficients.count) of \(tangents)")
    var place = 0
    for (p, parameter) in program.parameters.enumerated() {
      let wanted = rows(parameter)
      let out = Slot(
        offset: combination.offset, rows: wanted.count, columns: parameter.columns)
      arena.clear(out)
      for i in blocks.indices { add(i, ParameterID(index: p), wanted, coefficients, to: out) }
      let numbers = arena.elements(out)
      for j in 0..<numbers.count { target[place + j] += Double(numbers[j]) }
      place += numbers.count
    }
  }

  /// Divides the directions of a block by their lengths, and returns these.
  package mutating func normaliseDirections(ofBlock i: Int) -> [Double] {
    let count = blocks[i].tangents.count
    let zeros = [Double](repeating: 0, count: count)
    var squares = zeros
    for case let slots? in directions[i] {
      switch slots {
      case .dense(let v): arena.addColumnSquares(v, to: &squares)
      case .rankOne(let a, let b):
        var (left, right) = (zeros, zeros)
        arena.addColumnSquares(a, to: &left)
        arena.addColumnSquares(b, to: &right)
        for k in 0..<count { squares[k] += left[k] * right[k] }
      }
    }
    let lengths = squares.map { $0 > 0 ? $0.squareRoot() : 1 }
    let scales = row(ofBlock: i, lengths.map { 1 / $0 })
    for case let slots? in directions[i] {
      switch slots {
      case .dense(let v): arena.modulate(v, by: scales, into: v, keep: false)
      case .rankOne(_, let b): arena.modulate(b, by: scales, into: b, keep: false)
      }
    }
    return lengths
  }

  private mutating func add(
    _ i: Int, _ p: ParameterID, _ wanted: Range<Int>, _ coefficients: Span<Double>, to out: Slot
  ) {
    guard let slots = directions[i][p.index] else { return }
    let c = row(ofBlock: i, blocks[i].tangents.map { coefficients[$0] })
    switch slots {
    case .dense(let v):
      let rows = program.parameters[p.index].rows
      let sums = Slot(offset: c.offset + c.count, rows: wanted.count, columns: 1)
      for j in 0..<out.columns {
        let first = j * rows + wanted.lowerBound
        arena.multiply(
          v.rows(first..<(first + wanted.count)), c.reshaped(rows: c.columns, columns: 1),
          into: sums, keep: false)
        arena.addColumns(of: sums, from: 0, width: 1, scale: 1, to: out, at: j, keep: true)
      }
    case .rankOne(let a, let b):
      let scaled = Slot(offset: c.offset + c.count, rows: wanted.count, columns: a.columns)
      arena.modulate(a.rows(wanted), by: c, into: scaled, keep: false)
      arena.multiply(scaled, b, transposeB: true, into: out, keep: true)
    }
  }

  /// A number for each of a block's directions, and zeros up to whole vectors.
  private mutating func row(ofBlock i: Int, _ values: [Double]) -> Slot {
    let row = Slot(
      offset: combinationScratch.offset, rows: 1, columns: TangentWidth.padded(values.count))
    arena.clear(row)
    set(row, values)
    return row
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func set(_ row: Slot, _ values: [Double]) {
    var numbers = arena.mutableElements(row)
    for (k, value) in values.enumerated() { numbers[k] = S(value) }
  }
}

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
      for (i, block) in blocks.enumerated() {
        add(block, i, ParameterID(index: p), wanted, coefficients, to: out)
      }
      let numbers = arena.elements(out)
      for j in 0..<numbers.count { target[place + j] += Double(numbers[j]) }
      place += numbers.count
    }
  }

  private mutating func add(
    _ block: TangentBlock, _ i: Int, _ p: ParameterID, _ wanted: Range<Int>,
    _ coefficients: Span<Double>, to out: Slot
  ) {
    let k = block.tangents.count
    switch directions(ofBlock: i, p) {
    case .dense(let v)?:
      let c = Slot(offset: combinationScratch.offset, rows: 1, columns: k)
      var numbers = arena.mutableElements(c)
      for (l, tangent) in block.tangents.enumerated() { numbers[l] = S(coefficients[tangent]) }
      arena.combine(c, v.rows(wanted), into: out, keep: true)
    case .rankOne(let a, let b)?:
      let scaled = Slot(offset: combinationScratch.offset, rows: k, columns: b.columns)
      for (l, tangent) in block.tangents.enumerated() {
        arena.addColumns(
          of: b.rows(l..<(l + 1)), from: 0, width: b.columns, scale: S(coefficients[tangent]),
          to: scaled.rows(l..<(l + 1)), at: 0, keep: false)
      }
      arena.multiply(a.rows(wanted), scaled, into: out, keep: true)
    case nil: break
    }
  }
}

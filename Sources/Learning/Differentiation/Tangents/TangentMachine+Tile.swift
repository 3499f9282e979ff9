internal import LinearAlgebra

/// One tile's operations.
extension TangentMachine {
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func run(
    _ operations: [TangentOperation], _ section: FactorLayout.Section, _ layout: ValueLayout,
    _ tile: Tile, hasLoss: Bool
  ) {
    for operation in operations where hasLoss || !operation.isForLossOnly {
      run(operation, section.numbers[tile.group], layout, tile)
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func run(
    _ operation: TangentOperation, _ numbers: [RowNumbers], _ layout: ValueLayout, _ tile: Tile
  ) {
    let out = slot(operation.place, operation.width, tile)
    let first = tile.trials.lowerBound
    let f = operation.factor.map { numbers[$0].from(trial: first) }
    let mask = operation.mask.map { numbers[$0].from(trial: first) }
    func base(_ reading: TangentReading) -> TangentBase<S> {
      TangentBase(
        slot(reading, tile), by: reading.factor.map { numbers[$0].from(trial: first) },
        scale: S(reading.scale))
    }
    func input(_ i: Int) -> TangentInput<S>? {
      guard i < operation.products.count else { return nil }
      let (reading, p) = operation.products[i]
      return TangentInput(
        slot(reading, tile), by: reading.factor.map { numbers[$0].from(trial: first) },
        layout.parameters[p.index], pairs: parameterPairs[p.index], scale: S(reading.scale))
    }

    var rows = operation.rows[...]
    var isWritten = false
    if operation.isConcatenation {
      // Parts beside each other: each is the first to be written.
      if rows.reduce(0, { $0 + $1.reading.rows }) < operation.width { arena.clear(out) }
      for (reading, at) in rows {
        arena.addTangentRows(
          base(reading), into: out.rows(at..<(at + reading.rows)), keep: false)
      }
      return
    }
    for i in stride(from: 0, to: operation.products.count, by: 2) {
      guard let input1 = input(i) else { break }
      let sum =
        isWritten
        ? TangentBase(out, by: nil, scale: 1) : rows.popFirst().map { base($0.reading) }
      flops += Double(
        arena.multiplyTangents(
          input1, input(i + 1), base: sum, by: f, where: mask, into: out, work: work,
          rounding: isRounded))
      isWritten = true
    }
    for (reading, _) in rows {
      arena.addTangentRows(base(reading), into: out, keep: isWritten)
      isWritten = true
    }
    if !isWritten { arena.clear(out) }
    for (x, p, scale) in operation.directions {
      addDirections(x?.rowsOf(layout, tile.trials), p, S(scale), by: f, where: mask, to: out, tile)
    }
  }

  /// `out[b, :, k] += scale · f[b] ∘ x[b, :] V_k` for the tile's directions of a parameter.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func addDirections(
    _ x: Slot?, _ p: ParameterID, _ scale: S, by f: RowNumbers?, where mask: RowNumbers?,
    to out: TangentSlot, _ tile: Tile
  ) {
    let group = groups[tile.group]
    for i in group.blocks {
      let from = blocks[i].tangents.lowerBound - group.tangents.lowerBound
      switch directions[i][p.index] {
      case .dense(let v)?:
        flops += Double(
          arena.addDirections(
            x, v, pairs: isRounded && x != nil ? pairs[i][p.index] : nil, scale: scale, by: f,
            where: mask,
            into: out.tangents(from: from, count: v.columns), work: work))
      case .rankOne(let a, let b)?:
        guard let x else { preconditionFailure("a bias has no rank-one directions") }
        let s = Slot(offset: outerScratch.offset, rows: x.rows, columns: a.columns)
        arena.multiply(x, a, into: s, keep: false)
        arena.addTangentOuter(
          s, b, scale: scale, by: f, into: out.tangents(from: from, count: b.columns))
      case nil: break
      }
    }
  }

  private func slot(_ reading: TangentReading, _ tile: Tile) -> TangentSlot {
    slot(reading.place, reading.width, tile).rows(reading.from..<(reading.from + reading.rows))
  }

  /// Where a tangent of this tile lives now.
  func slot(_ place: Place, _ width: Int, _ tile: Tile) -> TangentSlot {
    switch place {
    case .state(let i):
      if let slot = tile.states[parity][i] { return slot }
    case .next(let i):
      if let slot = tile.states[1 - parity][i] { return slot }
    case .scratch(let row):
      return TangentSlot(
        offset: scratch.offset + row * scratch.columns, trials: tile.trials.count, rows: width,
        width: groups[tile.group].width)
    }
    preconditionFailure("the plan names a state that does not move")
  }
}

extension Register {
  /// Some trials of the register's values.
  fileprivate func rowsOf(_ layout: ValueLayout, _ trials: Range<Int>) -> Slot {
    layout[self].rows(trials)
  }
}

internal import LinearAlgebra

/// One tile's operations.
extension TangentMachine {
  mutating func run(_ operations: [TangentOperation], _ tile: Tile) {
    for operation in operations {
      switch operation {
      case .linear(let place, let width, let terms, let clear):
        runLinear(slot(place, width, tile), terms, clear: clear, tile)
      case .modulatedLinear(let place, let width, let terms, let factor):
        runModulatedLinear(slot(place, width, tile), terms, by: values(of: factor, tile), tile)
      case .modulate(let place, let source, let factor, let width, let keep):
        arena.modulate(
          slot(source, width, tile), by: values(of: factor, tile),
          into: slot(place, width, tile), keep: keep)
      }
    }
  }

  private func values(of factor: TangentOperation.Factor, _ tile: Tile) -> Slot {
    switch factor {
    case .slope(let register):
      guard let slope = layout.slopes[register.index] else {
        preconditionFailure("the plan names a slope of what is no function")
      }
      return slope.rows(tile.trials)
    case .value(let register): return layout[register].rows(tile.trials)
    }
  }

  private mutating func runLinear(
    _ out: Slot, _ terms: [TangentTerm], clear: Bool, _ tile: Tile
  ) {
    if clear { arena.clear(out) }
    var keep = clear
    for term in terms {
      switch term {
      case .columns(let place, let inputWidth, let from, let width, let at, let scale):
        arena.addColumns(
          of: slot(place, inputWidth, tile), from: from, width: width, scale: S(scale),
          to: out, at: at, keep: keep)
      case .product(let place, let inputWidth, let p, let scale):
        arena.multiply(
          slot(place, inputWidth, tile), layout.parameters[p.index], into: out,
          scale: S(scale), keep: keep)
      case .direction(let x, let p, let scale):
        addDirection(layout[x].rows(tile.trials), p, scale: S(scale), to: out, keep: keep, tile)
      case .bias(let p, let scale):
        if case .dense(let v)? = directions[tile.block][p.index] {
          let k = blocks[tile.block].tangents.count
          arena.addRows(
            v.reshaped(rows: k, columns: out.columns), scale: S(scale), into: out, keep: keep)
        }
      }
      keep = true
    }
  }

  /// In one pass where few numbers enter: what is wide is then written once, and read once
  /// by the product that follows, instead of three times each.
  private mutating func runModulatedLinear(
    _ out: Slot, _ terms: [TangentTerm], by values: Slot, _ tile: Tile
  ) {
    var through: (Slot, Slot, S)?
    var along: (Slot, Slot, S)?
    var isChain = true
    for term in terms {
      switch term {
      case .product(let place, let inputWidth, let p, let scale) where through == nil:
        through = (slot(place, inputWidth, tile), layout.parameters[p.index], S(scale))
      case .direction(let x, let p, let scale) where along == nil:
        if case .dense(let v)? = directions[tile.block][p.index] {
          along = (layout[x].rows(tile.trials), v, S(scale))
        } else {
          isChain = false
        }
      default: isChain = false
      }
    }
    let rows = (through?.1.rows ?? 0) + (along?.1.rows ?? 0)
    if isChain && rows >= 1 && rows <= Arena<S>.mostChainRows {
      arena.multiplyChain(through, along, by: values, into: out)
    } else {
      runLinear(out, terms, clear: false, tile)
      arena.modulate(out, by: values, into: out, keep: false)
    }
  }

  /// `out[b, k, :] += scale · x[b, :] V_k`.
  private mutating func addDirection(
    _ x: Slot, _ p: ParameterID, scale: S, to out: Slot, keep: Bool, _ tile: Tile
  ) {
    switch directions[tile.block][p.index] {
    case .dense(let v)?:
      arena.multiply(
        x, v, into: out.reshaped(rows: x.rows, columns: v.columns), scale: scale, keep: keep)
    case .rankOne(let a, let b)?:
      let s = Slot(offset: outerScratch.offset, rows: x.rows, columns: a.columns)
      arena.multiply(x, a, into: s, keep: false)
      arena.addOuter(s, b, scale: scale, into: out, keep: keep)
    case nil: break
    }
  }

  /// Where a tangent of this tile lives now.
  func slot(_ place: Place, _ width: Int, _ tile: Tile) -> Slot {
    switch place {
    case .state(let i):
      if let slot = tile.states[parity][i] { return slot }
    case .next(let i):
      if let slot = tile.states[1 - parity][i] { return slot }
    case .scratch(let column):
      return Slot(
        offset: scratch.offset + column * scratch.columns,
        rows: tile.trials.count * blocks[tile.block].tangents.count, columns: width)
    }
    preconditionFailure("the plan names a state that does not move")
  }
}

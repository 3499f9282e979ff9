extension TangentMachine {
  /// Multiplications and additions of a step's matrix products on tangents.
  package var flopsPerStep: Double {
    tiles.reduce(0) { $0 + flops(of: $1) }
  }

  private func flops(of tile: Tile) -> Double {
    let trials = tile.trials.count
    let k = blocks[tile.block].tangents.count
    var sum = 0
    for operation in plans[tile.block].step {
      let (width, terms): (Int, [TangentTerm])
      switch operation {
      case .linear(_, let w, let t, _), .modulatedLinear(_, let w, let t, _):
        (width, terms) = (w, t)
      case .modulate: continue
      }
      for term in terms {
        switch term {
        case .product(_, let inputWidth, _, _): sum += 2 * trials * k * inputWidth * width
        case .direction(_, let p, _):
          let rows = program.parameters[p.index].rows
          if case .dense? = directions[tile.block][p.index] {
            sum += 2 * trials * k * rows * width
          } else {
            sum += 2 * trials * k * (rows + width)
          }
        case .columns, .bias: break
        }
      }
    }
    return Double(sum)
  }
}

package import LinearAlgebra

/// How many trials and tangents are worked on at once, so that a tile stays in cache.
package struct TileShape: Sendable, Equatable {
  package let trials: Int
  package let tangents: Int

  package init(trials: Int, tangents: Int) {
    precondition(trials >= 1 && tangents >= 1, "a tile of \(trials)×\(tangents)")
    self.trials = trials
    self.tangents = tangents
  }

  /// The tile for a program's widest value.
  ///
  /// A tangent of the widest value takes trials · width numbers; tangents are added until
  /// the tile fills `bytes`, and the trials are split only if one tangent fills it alone.
  package static func fitting<S: Scalar>(
    _ program: Program, trials: Int, tangents: Int, bytes: Int = 384 << 10, of type: S.Type
  ) -> TileShape {
    let width = max(1, program.widths.max() ?? 1)
    let numbers = bytes / MemoryLayout<S>.stride
    let rows = max(1, numbers / width)
    if rows >= trials {
      let most = min(max(1, tangents), rows / max(1, trials))
      // Tiles of equal size rather than a small last one.
      let tiles = (max(1, tangents) + most - 1) / most
      return TileShape(trials: max(1, trials), tangents: (max(1, tangents) + tiles - 1) / tiles)
    }
    let tiles = (trials + rows - 1) / rows
    return TileShape(trials: (trials + tiles - 1) / tiles, tangents: 1)
  }
}

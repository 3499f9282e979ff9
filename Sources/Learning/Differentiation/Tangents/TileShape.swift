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
  /// A trial's tangents of the widest value take width · tangents numbers. All tangents share what
  /// is formed for a trial: they are cut only where a single trial fills `bytes` with more than
  /// ``fewestTangents``; trials are added until the tile fills them.
  package static func fitting<S: Scalar>(
    _ program: Program, trials: Int, tangents: Int, bytes: Int = 256 << 10, of type: S.Type
  ) -> TileShape {
    let data = Set(program.channels.map(\.register.index))
    let width = program.widths.indices.filter { !data.contains($0) }
      .reduce(1) { max($0, program.widths[$1]) }
    let numbers = bytes / MemoryLayout<S>.stride
    let most = min(max(1, tangents), max(fewestTangents, numbers / width))
    let cuts = (max(1, tangents) + most - 1) / most
    let columns = (max(1, tangents) + cuts - 1) / cuts
    let rows = min(max(1, trials), max(fewestTrials, numbers / (width * columns)))
    // Tiles of equal size rather than a small last one.
    let tiles = (max(1, trials) + rows - 1) / rows
    return TileShape(trials: (max(1, trials) + tiles - 1) / tiles, tangents: columns)
  }

  /// Tangents that are worth what is formed for all of them.
  private static let fewestTangents = 128

  /// Trials that the kernel of directions deals with at once: fewer would cost as much.
  ///
  /// A product goes trial by trial, so that these need not fit the cache together.
  private static let fewestTrials = 8
}

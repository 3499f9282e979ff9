/// The phases of a fit, as the timing table of a run calls them.
package enum FitPhase: String, CaseIterable, Sendable {
  case read, exchange, select, gram, factor, solve, score, evaluate, write
}

/// The work of one phase on the busiest rank.
package struct PhaseWork: Sendable {
  package let phase: FitPhase
  /// Matrix products.
  package var flops = 0.0
  /// Matrix products in float32 where the others are in float64.
  package var flopsFloat = 0.0
  /// Products with packed matrices, rounded where the processor multiplies those faster.
  package var flopsPacked = 0.0
  /// Those of them that are split in two 16-bit numbers each, each product counted once.
  package var flopsSplit = 0.0
  /// Of an inversion that ranks share, block by block.
  package var flopsShared = 0.0
  /// Samples that the loss is evaluated at, with the vector work around it.
  package var samples = 0.0
  /// Numbers that are handled one by one.
  package var entries = 0.0
  /// Bytes through memory, where products are too thin for the caches.
  package var streamed = 0.0
  /// Bytes through files, all ranks together.
  package var fileBytes = 0.0
  package var messages = PhaseMessages()

  /// Matrix products of all kinds.
  package var allFlops: Double {
    flops + flopsFloat + flopsPacked + flopsSplit + flopsShared
  }
}

/// What the ranks of one phase send each other, in bytes.
package struct PhaseMessages: Sendable {
  /// Of the matrices that one rank of each node sums up with those of other nodes.
  package var summedOverNodes = 0.0
  /// That all ranks sum up.
  package var summed = 0.0
  /// That every rank has of all ranks in the end.
  package var gathered = 0.0
  /// That are dealt from each rank to each other, of all ranks.
  package var dealt = 0.0
  /// That ranks send to single others, of all ranks.
  package var passed = 0.0
  /// How often all ranks wait for each other.
  package var rounds = 1.0

  /// All of them, each counted once.
  var total: Double { summedOverNodes + summed + gathered + dealt + passed }

  /// What all nodes together send each other.
  ///
  /// A sum over p nodes costs each one its matrix twice but for the p-th part that it sums up
  /// itself, in rings and by halves alike.
  func sent(amongNodes nodes: Int) -> Double {
    let p = Double(nodes)
    return 2 * (p - 1) * (summedOverNodes + summed) + (p - 1) * gathered
      + (p - 1) / p * (dealt + passed)
  }
}

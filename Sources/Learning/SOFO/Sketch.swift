package import Collectives
package import Differentiation
package import LinearAlgebra

/// Sums the sketched gradient `V′g` and Gauss-Newton matrix `V′GV` over the steps.
///
/// Ranks that share trials hold different tangents. They transpose: the columns (trials,
/// steps, outputs) of a chunk of steps are dealt to them, so that each gets all K
/// tangents of its columns and adds one symmetric product. The exchange of a chunk runs
/// while the next one is computed.
///
/// - Complexity: a rank receives 4·K·B·D·(p−1)/p² bytes a step and spends K²·B·D/p flops.
package struct Sketch<S: Scalar>: ~Copyable {
  /// Columns of one step, and of a chunk.
  private let width: Int
  private let capacity: Int
  private let counts: [Int]
  private let own: Int
  private let columns: Partition

  private var filled = 0
  private var outgoing: Matrix<S>
  private var incoming: Matrix<S>
  /// A second sending buffer, from the exchange before.
  private var spare: Matrix<S>
  private var pending: Exchange<S>?
  private var filling: [S]
  private var underWay: [S]

  /// V′g and V′GV over the columns this rank summed.
  package private(set) var sums: SketchSums<S>

  /// A sketch of K tangents dealt to `group` by `counts`.
  ///
  /// A step has `width` columns, the same number on every rank of the group, and `steps`
  /// steps have a loss. Methods of first order do without V′GV.
  package init(
    counts: [Int], rank: Int, width: Int, steps: Int, withMatrix: Bool
  ) {
    self.counts = counts
    self.width = width
    own = counts[rank]
    let ranks = counts.count
    let k = counts.reduce(0, +)
    // Messages of 256 kB, and enough columns that adding K² numbers is no burden.
    let most = counts.max() ?? 1
    let forMessages = (256 << 10) * ranks / max(1, width * most * MemoryLayout<S>.stride)
    let forProducts = (4 * k * ranks) / max(1, width)
    capacity = width * max(1, min(steps, max(forMessages, forProducts)))
    columns = Partition(of: capacity, among: ranks)
    filling = [S](repeating: 0, count: capacity)
    underWay = filling
    let share = columns.range(of: rank).count
    sums = SketchSums(tangents: k, columns: share, withMatrix: withMatrix)
    outgoing = Self.sendingBuffer(own, capacity, ranks)
    spare = Self.sendingBuffer(own, ranks == 1 ? 0 : capacity, ranks)
    incoming = Matrix(rows: k, columns: share)
  }

  private static func sendingBuffer(_ own: Int, _ columns: Int, _ ranks: Int) -> Matrix<S> {
    // A rank that is alone keeps the columns as the machine makes them, one a row.
    ranks == 1 ? Matrix(rows: columns, columns: own) : Matrix(rows: 1, columns: own * columns)
  }

  /// Sets the sums to zero.
  package mutating func reset() {
    filled = 0
    sums.reset()
  }

  /// Adds one of the steps that a machine has just run (collective in `group`).
  ///
  /// Trials without weight at the step are left out: all ranks of the group have the same.
  ///
  /// - Parameters:
  ///   - step: its place among these steps.
  ///   - machine: its residual tangents and residuals.
  ///   - group: the ranks that share these trials.
  /// - Throws: what the communication throws.
  package mutating func add(
    step: Int, of machine: borrowing TangentMachine<S>,
    among group: borrowing some RankGroup & ~Copyable
  ) throws {
    let tangents = machine.arena.view(machine.residualTangents(ofStep: step))
    let residuals = machine.arena.elements(machine.residuals(ofStep: step))
    let weights = machine.arena.elements(machine.weights(ofStep: step))
    precondition(tangents.columns == own && residuals.count == width, "not the planned step")
    var first = 0
    while first < width {
      guard weights[first] != 0 else {
        first += 1
        continue
      }
      var last = first
      while last < width, weights[last] != 0, filled + last - first < capacity { last += 1 }
      store(tangents, residuals, first..<last)
      first = last
      if filled == capacity { try sendChunk(among: group) }
    }
  }

  /// Completes the sums (collective in `group`).
  package mutating func finish(among group: borrowing some RankGroup & ~Copyable) throws {
    if filled > 0 {
      clearRest()
      try sendChunk(among: group)
    }
    try receiveChunk(rank: group.rank)
  }

  /// Gives up the sums, once messages under way have arrived (collective in `group`).
  package mutating func abandon(among group: borrowing some RankGroup & ~Copyable) throws {
    try receiveChunk(rank: group.rank)
    reset()
  }

  // MARK: - Chunks

  /// Copies some of a step's columns to the blocks of the ranks that own them.
  private mutating func store(
    _ tangents: MatrixView<S>, _ residuals: Span<S>, _ range: Range<Int>
  ) {
    for i in range { filling[filled + i - range.lowerBound] = residuals[i] }
    store(tangents.rows(range))
    filled += range.count
  }

  private mutating func store(_ tangents: MatrixView<S>) {
    if counts.count == 1 {
      copyRows(of: tangents, to: &outgoing, at: filled)
    } else {
      copyColumns(of: tangents, to: &outgoing, at: filled, blocks: columns, rows: own)
    }
  }

  /// Zeros in place of the columns a last chunk does not have.
  private mutating func clearRest() {
    for i in filled..<capacity { filling[i] = 0 }
    let zeros = Matrix<S>(rows: capacity - filled, columns: own)
    store(zeros.view)
  }

  private mutating func sendChunk(among group: borrowing some RankGroup & ~Copyable) throws {
    filled = 0
    if counts.count == 1 {
      sums.add(outgoing, isTransposed: true, filling, first: 0)
      return
    }
    try receiveChunk(rank: group.rank)
    var buffer = Matrix<S>(rows: 0, columns: 0)
    var target = Matrix<S>(rows: 0, columns: 0)
    swap(&buffer, &outgoing)
    swap(&target, &incoming)
    swap(&outgoing, &spare)
    let share = columns.range(of: group.rank).count
    pending = try group.beginExchange(
      buffer, sendCounts: columns.counts.map { $0 * own }, into: target,
      receiveCounts: counts.map { $0 * share })
    swap(&filling, &underWay)
  }

  /// Waits for the exchange under way, if any, and adds what it brought.
  private mutating func receiveChunk(rank: Int) throws {
    guard let exchange = pending.take() else { return }
    var buffers = try exchange.finish()
    sums.add(
      buffers.incoming, isTransposed: false, underWay, first: columns.range(of: rank).lowerBound)
    swap(&spare, &buffers.outgoing)
    swap(&incoming, &buffers.incoming)
  }
}

private func copyRows<S: Scalar>(
  of source: MatrixView<S>, to target: inout Matrix<S>, at first: Int
) {
  var view = target.mutableView
  view.copyRows(of: source, to: first)
}

/// Copies columns, each a row of `source`, to where their owners' blocks keep them.
///
/// Block r of `target` holds `rows` rows of the columns `blocks.range(of: r)`.
@specialized(where S == Float)
@specialized(where S == Double)
private func copyColumns<S: Scalar>(
  of source: MatrixView<S>, to target: inout Matrix<S>, at first: Int, blocks: Partition,
  rows: Int
) {
  var out = target.mutableElements
  for rank in 0..<blocks.ranks {
    let range = blocks.range(of: rank)
    let low = max(range.lowerBound, first)
    let high = min(range.upperBound, first + source.rows)
    for column in stride(from: low, to: max(low, high), by: 1) {
      let row = source.row(column - first)
      let start = rows * range.lowerBound + column - range.lowerBound
      for k in 0..<rows { out[start + k * range.count] = row[k] }
    }
  }
}

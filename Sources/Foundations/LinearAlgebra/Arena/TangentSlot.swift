internal import Kernels

/// Tangents inside an `Arena`: `[trial, row, tangent]`, those of a number side by side.
///
/// A row takes whole vectors, an odd number of cache lines, so that rows do not compete for the
/// same places of a cache. What stands above the tangents that are meant is computed too.
package struct TangentSlot: Sendable, Equatable {
  package let offset: Int
  package let trials: Int
  package let rows: Int
  /// Tangents that are computed: a multiple of the vectors' length.
  package let tangents: Int
  /// Numbers from row to row, and from trial to trial.
  package let stride: Int
  package let trialStride: Int

  /// The place of `trials` × `rows` rows from a number on.
  package init(offset: Int, trials: Int, rows: Int, width: TangentWidth) {
    self.init(
      offset: offset, trials: trials, rows: rows, tangents: width.tangents,
      stride: width.stride, trialStride: rows * width.stride)
  }

  private init(
    offset: Int, trials: Int, rows: Int, tangents: Int, stride: Int, trialStride: Int
  ) {
    self.offset = offset
    self.trials = trials
    self.rows = rows
    self.tangents = tangents
    self.stride = stride
    self.trialStride = trialStride
  }

  /// Numbers from the first to the last one, what is between rows included.
  var extent: Int {
    trials == 0 || rows == 0
      ? 0 : (trials - 1) * trialStride + (rows - 1) * stride + tangents
  }

  /// Some rows of each trial.
  package func rows(_ range: Range<Int>) -> TangentSlot {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return TangentSlot(
      offset: offset + range.lowerBound * stride, trials: trials, rows: range.count,
      tangents: tangents, stride: stride, trialStride: trialStride)
  }

  /// `count` tangents from one on; the last vector may reach beyond the tangents that are meant.
  package func tangents(from first: Int, count: Int) -> TangentSlot {
    precondition(first >= 0 && first + count <= stride, "\(count) from \(first) of \(stride)")
    return TangentSlot(
      offset: offset + first, trials: trials, rows: rows, tangents: count, stride: stride,
      trialStride: trialStride)
  }

  var shape: TangentShape {
    TangentShape(trials: trials, rows: rows, tangents: tangents, stride: stride)
  }
}

/// What a row of so many tangents takes.
package struct TangentWidth: Sendable, Equatable {
  /// Tangents that are computed.
  package let tangents: Int
  /// Numbers from row to row: directions of some of the tangents may reach a vector further.
  package let stride: Int

  /// For `count` tangents, at least 1.
  package init(_ count: Int) {
    let multiple = TangentOrder.multiple
    tangents = Self.padded(count)
    stride = ((count + 2 * multiple - 2) / multiple | 1) * multiple
  }

  /// A number of tangents rounded up to whole vectors.
  package static func padded(_ count: Int) -> Int {
    (count + TangentOrder.multiple - 1) / TangentOrder.multiple * TangentOrder.multiple
  }
}

/// A number of an `Arena` for each trial and row.
package struct RowNumbers: Sendable, Equatable {
  let offset: Int
  /// Numbers from trial to trial.
  let trial: Int

  /// The columns of a slot of one row a trial, from one on.
  package init(_ slot: Slot, from column: Int = 0) {
    offset = slot.offset + column
    trial = slot.columns
  }

  private init(offset: Int, trial: Int) {
    self.offset = offset
    self.trial = trial
  }

  /// The same from a trial and a row on.
  package func from(trial first: Int, row: Int = 0) -> RowNumbers {
    RowNumbers(offset: offset + first * trial + row, trial: trial)
  }
}

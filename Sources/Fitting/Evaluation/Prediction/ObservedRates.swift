package import Collectives
package import LinearAlgebra
internal import Statistics

/// A recording as a fitted network is held against it: all rates, once a node.
package final class ObservedRates<S: Scalar & Transferable> {
  /// This rank's neurons.
  package let local: Range<Int>
  /// Neurons × frames; NaN where missing, zero for neurons that were not fitted.
  ///
  /// A neuron that is missing in more than half of the fitted or of the held-out frames has its
  /// mean there instead: else it would cost all others these frames.
  package let rates: NodeShared<S>
  /// Inputs × frames, the same on every rank.
  package let inputs: Matrix<S>
  /// Of this rank's neurons, which are scored: those that were fitted and are not mostly
  /// missing in the held-out frames.
  package let isScored: [Bool]
  /// Frames that a baseline may be trained on, and those that are kept for the scores.
  package let fittedFrames: Range<Int>
  package let heldOutFrames: Range<Int>
  private let trialStarts: Set<Int>
  /// Of each frame, whether nothing is missing.
  let isComplete: [Bool]

  /// Rows and columns of the rates: all neurons, all frames.
  package var neurons: Int { rates.matrix.rows }
  package var frames: Int { rates.matrix.columns }

  /// Gathers every rank's neurons into a matrix shared on each node.
  ///
  /// `rates` is this rank's neurons × frames, in (−1, 1), NaN where missing; `isScored` tells
  /// which of them were fitted; `inputs` is inputs × frames on every rank; the frames from `fittedFrames.upperBound` on are held out.
  ///
  /// - Complexity: neurons × frames scalars of memory a node, and one sum over nodes of it.
  /// - Collective: every rank of `group` must call it.
  package init(
    rates own: borrowing Matrix<S>, local: Range<Int>, neurons: Int, isScored: [Bool],
    inputs: consuming Matrix<S>, trialStarts: [Int], fittedFrames: Range<Int>,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    precondition(
      own.rows == local.count && isScored.count == local.count,
      "\(own.rows) rows and \(isScored.count) flags for neurons \(local)")
    let frames = own.columns
    let heldOut = fittedFrames.upperBound..<frames
    var incomplete = [UInt8](repeating: 0, count: frames)
    var isScored = isScored
    var shared = try group.allocateOnNode(rows: neurons, columns: frames, of: S.self)
    for i in 0..<own.rows where isScored[i] {
      shared.matrix.copyRow(local.lowerBound + i, from: own, i)
      var row = shared.matrix.mutableRow(local.lowerBound + i)
      isScored[i] = fillMissing(
        of: own.row(i), fitted: fittedFrames, heldOut: heldOut, in: &row, &incomplete)
    }
    try group.assemble(&shared)
    try group.maximum(&incomplete)
    for k in 0..<inputs.rows {
      let row = inputs.row(k)
      for t in 0..<frames where row[t].isNaN { incomplete[t] = 1 }
    }
    rates = shared
    self.local = local
    self.inputs = inputs
    self.isScored = isScored
    self.trialStarts = Set(trialStarts)
    self.fittedFrames = fittedFrames
    heldOutFrames = heldOut
    isComplete = incomplete.map { $0 == 0 }
  }

  /// The start frames of the transitions inside a range: no missing value at the start, no
  /// trial boundary on the way.
  package func transitions(in range: Range<Int>) -> [Int] { starts(in: range, steps: 1) }

  /// The frames from which `steps` transitions follow inside a range and one trial, with no
  /// missing value at the start.
  package func starts(in range: Range<Int>, steps: Int) -> [Int] {
    var next = range.upperBound
    var found: [Int] = []
    for t in range.reversed() {
      // The first frame after t that another trial starts with.
      if isComplete[t] && t + steps < min(next, range.upperBound) { found.append(t) }
      if trialStarts.contains(t) { next = t }
    }
    return found.reversed()
  }

  /// The parts of the fitted frames that lie in one trial.
  func fittedTrials() -> [Range<Int>] {
    let inside = trialStartFrames.filter(fittedFrames.dropFirst().contains)
    let bounds = [fittedFrames.lowerBound] + inside + [fittedFrames.upperBound]
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
  }

  /// Frames of the longest trial.
  package var longestTrial: Int {
    let bounds = trialStartFrames.filter { $0 > 0 }
    return zip([0] + bounds, bounds + [frames]).map { $1 - $0 }.max() ?? 0
  }

  /// The first frames of the trials, in order.
  package var trialStartFrames: [Int] { trialStarts.sorted() }

  /// The spread of the states over the fitted frames, `√(Σ_i var r_i)` over all neurons.
  ///
  /// - Collective: every rank of `group` must call it.
  package func spread(over group: borrowing some RankGroup & ~Copyable) throws -> Double {
    let variances = local.indices.map { neuron in
      let values = fittedFrames.map { Double(rates.matrix[neuron, $0]) }.filter { !$0.isNaN }
      let mean = values.reduce(0, +) / Double(max(1, values.count))
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, values.count))
    }
    return try group.gather(variances).reduce(0, +).squareRoot()
  }

  /// The inputs of consecutive frames, inputs × frames.
  package func inputs(at frames: Range<Int>) -> Matrix<S> {
    inputs(at: Array(frames)[...])
  }

  /// How many regressors a model of one frame has: neurons, inputs and the constant 1.
  package var regressorCount: Int { neurons + inputs.rows + 1 }

  /// The regressors at some frames: neurons, then inputs, then 1; regressors × frames.
  package func regressors(at frames: ArraySlice<Int>) -> Matrix<S> {
    var block = Matrix<S>(rows: regressorCount, columns: frames.count)
    copy(rates.matrix, 0..<neurons, at: frames, into: &block, row: 0)
    copy(inputs, 0..<inputs.rows, at: frames, into: &block, row: neurons)
    for k in 0..<frames.count { block[neurons + inputs.rows, k] = 1 }
    return block
  }

  /// The rates of this rank's neurons, or of some of them, at some frames: local × frames.
  package func ownRates(_ part: Range<Int>? = nil, at frames: ArraySlice<Int>) -> Matrix<S> {
    let part = part ?? 0..<local.count
    var block = Matrix<S>(rows: part.count, columns: frames.count)
    let first = local.lowerBound
    copy(
      rates.matrix, (first + part.lowerBound)..<(first + part.upperBound), at: frames,
      into: &block, row: 0)
    return block
  }

  /// The held-out rates of this rank's neurons: held-out frames × local.
  func ownHeldOut() -> Matrix<S> { transposed(rates.matrix, local, heldOutFrames) }

  /// The inputs at some frames: inputs × frames.
  package func inputs(at frames: ArraySlice<Int>) -> Matrix<S> {
    var block = Matrix<S>(rows: inputs.rows, columns: frames.count)
    copy(inputs, 0..<inputs.rows, at: frames, into: &block, row: 0)
    return block
  }

  /// The longest stretch of frames inside a range, one trial and without a missing value.
  package func longestStretch(in range: Range<Int>) -> Range<Int> {
    var best = range.lowerBound..<range.lowerBound
    var start = range.lowerBound
    for t in range {
      if !isComplete[t] {
        start = t + 1
        continue
      }
      if trialStarts.contains(t) { start = t }
      if t + 1 - start > best.count { best = start..<(t + 1) }
    }
    return best
  }

  /// The rates of all neurons at a frame.
  package func state(at frame: Int) -> [S] { (0..<neurons).map { rates.matrix[$0, frame] } }
}

/// `target[row...] ← source[rows, frames]`.
@specialized(where S == Double)
@specialized(where S == Float)
private func copy<S: Scalar>(
  _ source: borrowing Matrix<S>, _ rows: Range<Int>, at frames: ArraySlice<Int>,
  into target: inout Matrix<S>, row first: Int
) {
  for (i, row) in rows.enumerated() {
    let values = source.row(row)
    var copies = target.mutableRow(first + i)
    for (k, t) in frames.enumerated() { copies[k] = values[t] }
  }
}

/// Puts a series' mean where it is absent, in more than half of its fitted or held-out frames.
///
/// Marks the frames in which it is missing else; returns whether it is there in the held-out ones.
@specialized(where S == Double)
@specialized(where S == Float)
private func fillMissing<S: Scalar>(
  of series: Span<S>, fitted: Range<Int>, heldOut: Range<Int>, in row: inout MutableSpan<S>,
  _ incomplete: inout [UInt8]
) -> Bool {
  let all = PresentValues(of: series, in: 0..<series.count)
  guard all.missing > 0 else { return true }
  let early = PresentValues(of: series, in: fitted)
  let mean = early.count > 0 ? early.mean : all.count > 0 ? all.mean : 0
  var isScored = true
  for part in [fitted, heldOut] {
    let isAbsent = PresentValues(of: series, in: part).isMostlyMissing
    if isAbsent, part == heldOut { isScored = false }
    for t in part where series[t].isNaN {
      if isAbsent { row[t] = S(mean) } else { incomplete[t] = 1 }
    }
  }
  return isScored
}

/// `source[rows, columns]ᵀ`.
private func transposed<S: Scalar>(
  _ source: borrowing Matrix<S>, _ rows: Range<Int>, _ columns: Range<Int>
) -> Matrix<S> {
  source.view.block(rows: rows, columns: columns).transposed.copy()
}

/// r[t+1] − r[t] of some neurons at some frames; zero where r[t+1] is missing.
@specialized(where S == Double)
@specialized(where S == Float)
func increments<S: Scalar>(
  of rates: borrowing Matrix<S>, _ neurons: [Int], at frames: ArraySlice<Int>
) -> Matrix<Double> {
  var block = Matrix<Double>(rows: neurons.count, columns: frames.count)
  for (i, neuron) in neurons.enumerated() {
    let values = rates.row(neuron)
    var row = block.mutableRow(i)
    for (k, t) in frames.enumerated() where !values[t + 1].isNaN {
      row[k] = Double(values[t + 1]) - Double(values[t])
    }
  }
  return block
}

/// Frames, or neurons, handled at a time: bounds the memory beside what is computed.
package let framesAtOnce = 512

/// The frames in parts that are handled at a time.
func blocks(of frames: ArraySlice<Int>, atOnce count: Int = framesAtOnce) -> [ArraySlice<Int>] {
  stride(from: frames.startIndex, to: frames.endIndex, by: count).map {
    frames[$0..<min($0 + count, frames.endIndex)]
  }
}

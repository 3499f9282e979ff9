internal import Collectives
package import LinearAlgebra

/// What F₀ of dF/F is (`--baseline`).
package enum Baseline: Equatable, Sendable {
  /// This percentile of each neuron's fitted frames, 0...100.
  case percentile(Double)
  /// The rolling maximum of the rolling minimum, over a window in seconds, of the series
  /// smoothed by a Gaussian of this deviation in frames: Suite2p's `maximin`.
  case maximin(window: Double, smoothing: Double)

  /// Suite2p's window, in seconds, and deviation, in frames.
  package static let usualWindow = 60.0
  package static let usualSmoothing = 10.0
}

/// F₀ of each frame of this rank's neurons, where it moves.
///
/// It comes from the fitted frames alone: windows end where they end, and every later frame
/// has the F₀ of the last one. It is kept in float32, as the result file has it.
package struct MovingBaseline: Equatable, Sendable {
  package let frames: Int
  /// Neuron by neuron, frame by frame.
  private let values: [Float]

  /// Finds F₀ of this rank's traces, neurons×frames.
  ///
  /// - Throws: on every rank alike, `RecordingError`: 65 if an F₀ is not positive, 64 if
  ///   there is no clock to measure the window by.
  /// - Complexity: O(frames × smoothing) a neuron.
  /// - Collective: every rank of `group` must call it.
  init<S: Scalar>(
    of traces: borrowing Matrix<S>, window: Double, smoothing: Double, fitted: Range<Int>,
    local: Range<Int>, in recording: Recording, on group: borrowing some RankGroup & ~Copyable
  ) throws {
    guard let dt = recording.dt else {
      throw RecordingError.usage(
        "--baseline maximin has a window in seconds and needs a clock: give --dt or --rate")
    }
    // An odd number of frames, so that each window has a middle.
    let reach = max(1, Int(min(window / dt, Double(2 * traces.columns)).rounded()) / 2)
    var all: [Float] = []
    all.reserveCapacity(traces.rows * traces.columns)
    var problem: RecordingError?
    for (row, neuron) in local.enumerated() {
      let baseline = rollingBaseline(
        series(row, of: traces, in: fitted), reach: reach, deviation: smoothing)
      if problem == nil, let bad = baseline.firstIndex(where: { !($0 > 0) }) {
        problem = notPositive(
          "at frame \(fitted.lowerBound + bad) is \(baseline[bad])", recording.labels[neuron])
      }
      let (first, last) = (Float(baseline.first ?? 1), Float(baseline.last ?? 1))
      all += [Float](repeating: first, count: fitted.lowerBound)
      all += baseline.map { Float($0) }
      all += [Float](repeating: last, count: traces.columns - fitted.upperBound)
    }
    try group.agree { if let problem { throw problem } }
    frames = traces.columns
    values = all
  }

  /// F₀ of this rank's neuron `i` at a frame.
  subscript(i: Int, t: Int) -> Double { Double(values[i * frames + t]) }

  /// Makes dF/F of neurons×frames, in place.
  @specialized(where S == Double) @specialized(where S == Float)
  package func divide<S: Scalar>(_ traces: inout Matrix<S>) {
    precondition(traces.rows * traces.columns == values.count, "traces of another recording")
    var all = traces.mutableElements
    for i in all.indices { all[i] = S(Double(all[i]) / Double(values[i]) - 1) }
  }

  /// F₀ of all of this rank's neurons at some frames, frames×neurons.
  package func block(_ rows: Range<Int>) -> Matrix<Float> {
    var block = Matrix<Float>(rows: rows.count, columns: frames == 0 ? 0 : values.count / frames)
    for t in rows {
      for i in 0..<block.columns { block[t - rows.lowerBound, i] = values[i * frames + t] }
    }
    return block
  }
}

/// The error for a neuron that has no dF/F.
func notPositive(_ baseline: String, _ label: String) -> RecordingError {
  .badData(
    "neuron \(label): its baseline F₀ \(baseline), and dF/F needs a positive one: the traces"
      + " are no raw fluorescence (leave --baseline out)")
}

/// Part of a row; infinite values are missing.
@specialized(where S == Double) @specialized(where S == Float)
private func series<S: Scalar>(
  _ row: Int, of traces: borrowing Matrix<S>, in range: Range<Int>
) -> [Double] {
  range.map { traces[row, $0].isFinite ? Double(traces[row, $0]) : .nan }
}

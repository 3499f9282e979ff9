package import Collectives
package import LinearAlgebra
package import Networks
internal import Statistics

/// Responses to stimulation that a network foresees, against those that were measured.
///
/// From the frame before the onset the network runs twice: stimulated, and not, which is the
/// trial's unperturbed continuation as far as anybody knows it. What it foresees is the
/// difference of the two; what was measured is the recording less the second. Both are compared
/// over the cells that were not stimulated, and over trials.
package struct PerturbedScores: Sendable {
  /// What is found at some frames after the onset.
  package struct Row: Sendable {
    /// Frames after the onset.
    package let ahead: Int
    /// Of foreseen and measured responses.
    package let correlation: Double
    /// Of the measured responses over the foreseen ones through the mean: 1 where their size is right.
    package let slope: Double
    /// The squared error of the stimulated run over that of the unperturbed continuation.
    package let errorRatio: Double
  }

  /// One cell in one trial.
  package struct Response: Equatable, Sendable {
    /// The trial by its place among those that were named, and the cell.
    package let trial: Int
    package let neuron: Int
    /// By frames after the onset; NaN where the recording has none.
    package let foreseen: [Double]
    package let measured: [Double]
  }

  /// By frames after the onset, in ascending order.
  package let rows: [Row]
  /// Trials that were compared, and how many of these lie in the fitted frames.
  package let trials: Int
  package let fitted: Int
  /// Trials of which there is no complete frame before the onset, or too few after it.
  package let leftOut: Int
  /// Responses one by one, evenly spread over trials and cells: all, or about `mostResponses`.
  package let responses: [Response]

  /// Enough for a picture.
  private static var mostResponses: Int { 2000 }

  /// Every how many responses one is kept, so that about `mostResponses` are: of several trials not those
  /// of the same neurons, so it has no factor in common with their number.
  static func stride(responses: Int, neurons: Int) -> Int {
    func commonFactor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonFactor(b, a % b) }
    var stride = max(1, responses / mostResponses)
    while commonFactor(stride, neurons) > 1 { stride += 1 }
    return stride
  }

  /// Runs all trials; nil if none can be compared.
  ///
  /// - Parameters:
  ///   - network: what foresees.
  ///   - trials: the trials.
  ///   - observed: the recording.
  ///   - ahead: frames after the onset, rising, at least 1.
  ///   - threads: of a rank.
  ///   - group: all ranks.
  ///   - progress: is told how many trials of all are done.
  /// - Throws: what `group` throws.
  /// - Complexity: 4 N² flops a frame of each trial over all ranks.
  /// - Collective: every rank of `group` must call it.
  package init?<S: Scalar & Transferable>(
    of network: borrowing RateNetwork<S>, _ trials: [PerturbedTrial],
    on observed: ObservedRates<S>, ahead: [Int], threads: Int,
    group: borrowing some RankGroup & ~Copyable,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    // The step from the frame before to the onset is one more.
    let steps = 1 + (ahead.last ?? 0)
    let possible = Set(observed.starts(in: 0..<observed.frames, steps: steps))
    let used = trials.indices.filter { possible.contains(trials[$0].onset - 1) }
    guard !used.isEmpty else { return nil }
    let stride = Self.stride(responses: used.count * network.neurons, neurons: network.neurons)
    var own: [Response] = []
    var sums = [PairSums](repeating: PairSums(), count: ahead.count)
    for (number, place) in used.enumerated() {
      let trial = trials[place]
      let stimulated = Set(trial.cells)
      let isOther = observed.local.enumerated().map { i, neuron in
        observed.isScored[i] && !stimulated.contains(neuron)
      }
      let start = trial.onset - 1
      func run(_ intervention: Intervention) throws -> [[S]] {
        var frames: [[S]] = []
        try network.simulate(
          from: observed.state(at: start), steps: steps,
          inputs: observed.inputs(at: start..<(start + steps)), intervention: intervention,
          threads: threads, group: group
        ) { frames.append($1) }
        return frames
      }
      let rest = try run(Intervention())
      let moved = try run(trial.intervention(of: observed, steps: steps))
      for (i, neuron) in observed.local.enumerated() where isOther[i] {
        let unmoved = ahead.map { Double(rest[1 + $0][i]) }
        let foreseen = zip(ahead, unmoved).map { Double(moved[1 + $0][i]) - $1 }
        let measured = zip(ahead, unmoved).map {
          Double(observed.rates.matrix[neuron, trial.onset + $0]) - $1
        }
        for k in ahead.indices where !measured[k].isNaN {
          sums[k].add(foreseen[k], measured[k])
        }
        if (number * network.neurons + neuron).isMultiple(of: stride) {
          own.append(
            Response(trial: place, neuron: neuron, foreseen: foreseen, measured: measured))
        }
      }
      progress(number + 1, used.count)
    }
    var rows: [Row] = []
    for (place, frames) in ahead.enumerated() {
      try group.sum(&sums[place].numbers)
      rows.append(Row(ahead: frames, sums[place]))
    }
    self.rows = rows
    self.trials = used.count
    responses = try Response.gather(own, ahead: ahead.count, over: group)
    fitted = used.count { observed.fittedFrames.contains(trials[$0].onset) }
    leftOut = trials.count - used.count
  }
}

extension PerturbedScores.Response {
  /// Those of all ranks, by trial and neuron.
  ///
  /// - Collective: every rank of `group` must call it.
  fileprivate static func gather(
    _ own: [Self], ahead: Int, over group: borrowing some RankGroup & ~Copyable
  ) throws -> [Self] {
    let numbers = try group.gather(
      own.flatMap { [Double($0.trial), Double($0.neuron)] + $0.foreseen + $0.measured })
    let width = 2 + 2 * ahead
    return stride(from: 0, to: numbers.count, by: width).map { first in
      let values = Array(numbers[first..<first + width])
      return Self(
        trial: Int(values[0]), neuron: Int(values[1]), foreseen: Array(values[2..<2 + ahead]),
        measured: Array(values[(2 + ahead)...]))
    }.sorted { ($0.trial, $0.neuron) < ($1.trial, $1.neuron) }
  }
}

extension PerturbedScores.Row {
  /// From sums over foreseen responses x and measured ones y.
  fileprivate init(ahead: Int, _ sums: PairSums) {
    self.init(
      ahead: ahead, correlation: sums.correlation, slope: sums.slope,
      errorRatio: sums.squaredDifference / sums.numbers[4])
  }
}

package import Collectives
package import LinearAlgebra
package import Networks

/// What pulses into some neurons do to a read-out and to all others, as means over starts.
///
/// The read-out is the mean rate of some neurons. Add to it for each start, then `finish`.
package final class Influence {
  package let candidates: [Int]
  package let pulse: Pulse
  private let local: Range<Int>
  private let readOut: [Int]
  private let starts: Int
  /// The derivative of the read-out at the last frame by a small pulse: of this
  /// rank's neurons, once finished of all.
  package private(set) var sensitivity: [Double]
  /// Frames ahead × candidates: the response of the read-out.
  package private(set) var ofReadOut: Matrix<Double>
  /// Local × candidates: the response of each neuron at the last frame; empty if it is not kept.
  package private(set) var ofCells: Matrix<Double>

  /// An empty sum over `starts` runs of `horizon` frames; `local` are this rank's neurons.
  package init(
    local: Range<Int>, candidates: [Int], readOut: [Int], horizon: Int, pulse: Pulse, starts: Int,
    keepsCells: Bool
  ) {
    precondition(!readOut.isEmpty && starts >= 1, "\(readOut.count) read out, \(starts) starts")
    self.local = local
    self.candidates = candidates
    self.readOut = readOut
    self.pulse = pulse
    self.starts = starts
    sensitivity = [Double](repeating: 0, count: local.count)
    ofReadOut = Matrix(rows: horizon, columns: candidates.count)
    ofCells = Matrix(rows: keepsCells ? local.count : 0, columns: candidates.count)
  }

  /// Adds the derivative along a run.
  ///
  /// - Collective: every rank of `group` must call it.
  package func addSensitivity(
    of network: borrowing RateNetwork<Double>, along run: borrowing ReferenceRun,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    var weights = [Double](repeating: 0, count: network.neurons)
    for neuron in readOut { weights[neuron] = 1 / Double(readOut.count) }
    let own = try network.sensitivity(
      of: weights, toPulseAt: pulse.site, along: run, group: group)
    for i in own.indices { sensitivity[i] += own[i] / Double(starts) }
  }

  /// Adds the responses along a run to pulses into some of the candidates, a slice of them.
  ///
  /// - Collective: every rank of `group` must call it.
  package func addResponses(
    of network: borrowing RateNetwork<Double>, _ block: ArraySlice<Int>,
    along run: borrowing ReferenceRun, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let share = 1 / Double(starts)
    let read = readOut.filter(local.contains).map { $0 - local.lowerBound }
    try network.responses(to: pulse, into: block, along: run, group: group) { ahead, responses in
      for i in read {
        for k in 0..<block.count {
          ofReadOut[ahead - 1, block.startIndex + k] +=
            share * responses[i, k] / Double(readOut.count)
        }
      }
      guard ahead == run.steps else { return }
      for i in 0..<ofCells.rows {
        for k in 0..<block.count { ofCells[i, block.startIndex + k] += share * responses[i, k] }
      }
    }
  }

  /// Adds what the other ranks have of the read-out.
  ///
  /// - Collective: every rank of `group` must call it.
  package func finish(group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&ofReadOut)
    sensitivity = try group.gather(sensitivity)
  }
}

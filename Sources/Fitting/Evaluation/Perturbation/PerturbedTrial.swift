internal import Collectives
internal import LinearAlgebra
internal import Networks

/// A trial in which some cells were stimulated.
package struct PerturbedTrial: Equatable, Sendable {
  /// What is known of the stimulus.
  package enum Stimulus: Equatable, Sendable {
    /// The cells did what was recorded of them.
    case asRecorded
    /// A current was added for some frames.
    case current(Double, frames: Int)
  }

  /// The first frame that is stimulated, at least 1.
  package let onset: Int
  /// The stimulated cells, by their places among all.
  package let cells: [Int]
  package let stimulus: Stimulus

  package init(onset: Int, cells: [Int], stimulus: Stimulus) {
    self.onset = onset
    self.cells = cells
    self.stimulus = stimulus
  }

  /// What is done to a run of some steps that starts in the frame before the onset.
  func intervention<S>(of observed: ObservedRates<S>, steps: Int) -> Intervention {
    switch stimulus {
    case .current(let current, let frames):
      return Intervention([
        Intervention.Part(.drive(current), neurons: cells, frames: 0..<min(frames, steps))
      ])
    case .asRecorded:
      return Intervention(
        cells.flatMap { cell in
          (1...steps).compactMap { ahead in
            let rate = Double(observed.rates.matrix[cell, onset - 1 + ahead])
            guard !rate.isNaN else { return nil }
            return Intervention.Part(.clamp(rate), neurons: [cell], frames: ahead..<(ahead + 1))
          }
        })
    }
  }
}

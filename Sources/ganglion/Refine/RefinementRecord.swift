internal import Foundation
internal import HDF5
internal import Results
internal import Wording

/// What a refinement found on held-out blocks, for the result and the terminal.
struct RefinementRecord {
  let horizon: Int
  /// Iterations that the network took.
  let iterations: Int
  /// The mean over the blocks after 0, 1, … iterations; empty where no run fits into any.
  let means: [Double]
  /// The same by block.
  let errors: [[Double]]

  init(_ command: RefineCommand, iterations: Int, means: [Double], errors: [[Double]]) {
    horizon = command.horizon
    self.iterations = iterations
    self.means = means
    self.errors = errors
  }

  /// What it came to, in words.
  var note: String {
    func ratio(_ error: Double) -> String { String(format: "%.4f", error) }
    let start = means.first ?? .nan
    let runs = "the error of free runs of 1 to \(horizon) frames over that of persistence"
    guard iterations > 0 else {
      return "not refined: no number of iterations lowers \(runs) on the held-out blocks"
        + " (\(ratio(start))) by more than chance; the network is written as it was fitted"
    }
    return "refined by \(iterations) iterations: on the held-out blocks they lower \(runs) from"
      + " \(ratio(start)) to \(ratio(means[iterations]))"
  }
}

extension ResultFile {
  /// Writes `/refinement/error` (step) and `/refinement/error_of_block_k`.
  ///
  /// - Collective: every rank must call it.
  mutating func write(_ refinement: RefinementRecord) throws {
    try contents.setAttribute("refinement_iterations", refinement.iterations)
    try contents.setAttribute("refinement_horizon", refinement.horizon)
    guard !refinement.means.isEmpty else { return }
    try addDimension(
      "refinement_step", count: refinement.means.count, longName: "iterations of the refinement")
    try write(
      "refinement/error", refinement.means, ["refinement_step"],
      longName: "error of free runs / persistence on held-out blocks, mean over the blocks")
    for (block, errors) in refinement.errors.enumerated() {
      try write(
        "refinement/error_of_block_\(block)", errors, ["refinement_step"],
        longName: "the same of one block")
    }
  }
}

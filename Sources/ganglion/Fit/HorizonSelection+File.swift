internal import CORNN
internal import HDF5
internal import Results

extension ResultFile {
  /// The candidates that ran freely, and which was chosen.
  ///
  /// - Collective: every rank must call it.
  mutating func write(_ found: HorizonSelection) throws {
    let dimension = "selection_horizon"
    try addDimension(dimension, count: found.candidates.count, longName: "candidate")
    let columns: [(name: String, values: [Double], longName: String)] = [
      (
        "slow", found.candidates.map(\.rule.slow),
        "leak towards which those of the neurons are pulled"
      ),
      (
        "pull", found.candidates.map(\.rule.pull),
        "how far, from 0 to 1: alpha^(1 - pull) slow^pull"
      ),
      ("lambda", found.candidates.map(\.lambda), "ridge per frame"),
      ("one_step", found.candidates.map(\.oneStep), "held-out error one frame ahead / persistence"),
      (
        "free_run", found.candidates.map(\.freeRun),
        "mean of held-out error / persistence over the frames ahead"
      ),
      (
        "at_horizon", found.candidates.map(\.atHorizon),
        "held-out error / persistence at the last frame ahead"
      ),
    ]
    for column in columns {
      try write(
        "selection/horizon/\(column.name)", column.values, [dimension], longName: column.longName)
    }
    try contents.setAttribute("selection_horizon_frames", found.horizon)
    try contents.setAttribute("selection_horizon_chosen", found.place)
  }
}

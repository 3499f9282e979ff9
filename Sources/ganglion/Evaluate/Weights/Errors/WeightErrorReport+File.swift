internal import CORNN
internal import HDF5
internal import LinearAlgebra
internal import Results

// What weights are worth, in a file.
extension WeightErrorReport {
  /// Writes `/worth/{weight,sampling_error,ridge_bias}` (worth_neuron, presyn), and of regions
  /// `/worth/region_*` (worth_neuron, source_region) and `/worth/pair_*` (target_region,
  /// source_region).
  ///
  /// - Collective: every rank must call it.
  func write(to file: inout ResultFile, presyn: Int, isRoot: Bool) throws {
    try file.addDimension(
      "worth_neuron", labels: neurons, longName: "neuron whose incoming weights these are")
    for (name, meaning, rows) in [
      ("weight", "weight onto worth_neuron from presyn", own.map(\.weights)),
      (
        "sampling_error", "standard deviation at this ridge if the recording were made anew",
        own.map(\.errors.standardErrors)
      ),
      (
        "ridge_bias", "root mean square pull of the ridge, if true weights have one size",
        own.map(\.errors.ridgeBiases)
      ),
    ] {
      try write(name, meaning, rows, from: "presyn", presyn, to: &file)
    }
    guard let regions else { return }
    for (name, meaning, rows) in [
      (
        "sum", "sum of the weights onto worth_neuron from source_region",
        own.map { $0.errors.sums.map(\.weight) }
      ),
      (
        "sampling_error", "its standard deviation if the recording were made anew",
        own.map { $0.errors.sums.map(\.standardError) }
      ),
      ("ridge_bias", "its pull by the ridge", own.map { $0.errors.sums.map(\.ridgeBias) }),
    ] {
      let sources = regions.regions.names.count
      try write("region_\(name)", meaning, rows, from: "source_region", sources, to: &file)
    }
    for (name, meaning, values) in [
      ("sum", "sum of the weights onto the named neurons of target_region", regions.weights),
      ("sampling_error", "its sampling error", regions.standardErrors),
      ("ridge_bias", "its pull by the ridge", regions.ridgeBiases),
    ] {
      let variable = try file.createVariable(
        "worth/pair_\(name)", of: Double.self, ["target_region", "source_region"],
        longName: meaning)
      try variable.writeWhole(isRoot ? values : [])
      try variable.close()
    }
  }

  /// Writes a row for each of this rank's neurons, `count` numbers along the dimension `sources`.
  ///
  /// - Collective: every rank must call it.
  private func write(
    _ name: String, _ meaning: String, _ rows: [[Double]], from sources: String, _ count: Int,
    to file: inout ResultFile
  ) throws {
    let variable = try file.createVariable(
      "worth/\(name)", of: Double.self, ["worth_neuron", sources], longName: meaning)
    var block = Matrix<Double>(rows: rows.count, columns: count)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { block[i, j] = value }
    }
    try variable.writeBlock(block, row: first)
    try variable.close()
  }
}

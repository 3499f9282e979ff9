internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import Results

// What nulls say of the weights, in a file.
extension NullReport {
  /// Writes `/nulls/*`: (neuron, presyn), and (target_region, source_region) where there are regions.
  ///
  /// - Collective: every rank must call it.
  func write(to file: inout ResultFile, first: Int) throws {
    try file.contents.setAttribute("nulls", settings.count)
    try file.contents.setAttribute("null_kind", settings.kind.rawValue)
    try file.contents.setAttribute("null_components", taken)
    try file.contents.setAttribute("null_discoveries", positives.discoveries)
    try file.contents.setAttribute("null_weights", tested)
    try file.contents.setAttribute("null_beyond_chance", positives.beyondChance)
    if !warnings.isEmpty {
      try file.contents.setAttribute("null_warnings", warnings.joined(separator: "\n"))
    }
    try file.addDimension(
      "null_test", values: found.tests.map { Double($0.components) }, units: "1",
      longName: "components of the population as regressors of a test; p is the largest of all")
    try file.write(
      "nulls/test_beyond_chance", positivesByTest.map(\.beyondChance), ["null_test"],
      longName: "weights with a p value of at most 0.05 by this test alone")
    try file.write(
      "nulls/test_discoveries", positivesByTest.map(\.discoveries), ["null_test"],
      longName: "weights found at a false discovery rate of 0.05 by this test alone")
    try file.addDimension(
      "p_bin", values: (0..<Self.bins).map { (Double($0) + 0.5) / Double(Self.bins) }, units: "1",
      longName: "middle of a bin of p values")
    try file.write("nulls/p_count", histogram, ["p_bin"], longName: "weights with such a p value")
    try file.write(
      "nulls/p_count_by_chance", chance, ["p_bin"], longName: "the same if every rank is as likely")
    for (name, meaning, row) in [
      (
        "weight", "weight that was compared, with the most components as regressors",
        { found.tests[found.tests.count - 1].weights.array(ofRow: $0) }
      ),
      (
        "p", "rank among this weight's nulls, the largest of all tests",
        { found.values.p.array(ofRow: $0) }
      ),
      (
        "pooled_p", "rank among the nulls of all weights onto neuron, the largest of all tests",
        { found.values.pooled.array(ofRow: $0) }
      ),
      ("q", "false discovery rate of pooled_p", { found.values.q($0) }),
    ] as [(String, String, (Int) -> [Float])] {
      try write(name, meaning, first, to: &file, row: row)
    }
    if let components {
      try file.contents.setAttribute("null_components_beyond_chance", components.count)
      try file.addDimension(
        "component", count: components.eigenvalues.count, longName: "component of the population")
      try file.write(
        "nulls/eigenvalue", components.eigenvalues, ["component"],
        longName: "leading eigenvalue of the correlation matrix")
      try file.write(
        "nulls/chance_eigenvalue", components.chance, ["component"],
        longName: "the largest of its rank over recordings of rotated neurons")
    }
    guard let pairs = found.pairs else { return }
    for (name, values, meaning) in [
      ("rms_weight", pairs.strengths, "root mean square of the weights, by the test of region_p"),
      ("null_rms_weight", pairs.nullStrengths, "its median over the nulls of that test"),
      ("p", pairs.p, "its rank among the nulls, the largest of all tests"),
      ("q", pairs.q, "false discovery rate of region_p"),
    ] {
      let variable = try file.createVariable(
        "nulls/region_\(name)", of: Double.self, ["target_region", "source_region"],
        longName: meaning)
      let count = pairs.names.count
      let isRoot = first == 0 && found.values.p.rows > 0
      var block = Matrix<Double>(rows: isRoot ? count : 0, columns: count)
      for i in 0..<block.rows {
        for j in 0..<count { block[i, j] = values[i * count + j] }
      }
      try variable.writeBlock(block)
      try variable.close()
    }
  }

  /// Writes a variable of all weights, some rows of this rank at a time.
  private func write(
    _ name: String, _ meaning: String, _ first: Int, to file: inout ResultFile,
    row: (_ neuron: Int) -> [Float]
  ) throws {
    let variable = try file.createVariable(
      "nulls/\(name)", of: Float.self, ["neuron", "presyn"], longName: meaning)
    let (neurons, columns) = (found.values.p.rows, found.values.p.columns)
    for start in stride(from: 0, to: neurons, by: Self.rowsAtOnce) {
      let rows = start..<min(start + Self.rowsAtOnce, neurons)
      var block = Matrix<Float>(rows: rows.count, columns: columns)
      for i in rows {
        for (j, value) in row(i).enumerated() { block[i - start, j] = value }
      }
      try variable.writeBlock(block, row: first + start, transfer: .independent)
    }
    try variable.close()
  }

  private static var rowsAtOnce: Int { 64 }
}

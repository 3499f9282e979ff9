internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import Results
internal import Statistics
internal import Wording

// The attractor and the fixed points in the report of `evaluate`.
extension EvaluationReport {
  /// The distances with their yardsticks, over all neurons.
  private func distances(
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> [(name: String, key: String, network: Double, yardstick: Double)] {
    guard let attractor else { return [] }
    func middle(_ values: [Double]) throws -> Double {
      median(try group.gather(values).filter(\.isFinite))
    }
    return [
      (
        "distribution of rates, sd", "wasserstein", try middle(attractor.wasserstein),
        try middle(attractor.wassersteinYardstick)
      ),
      (
        "power spectrum, 0 to 1", "spectral_distance", try middle(attractor.spectral),
        try middle(attractor.spectralYardstick)
      ),
    ]
  }

  /// - Collective: every rank of `group` must call it.
  func attractorLines(on group: borrowing some RankGroup & ~Copyable) throws -> [String] {
    guard let attractor else { return [] }
    let header =
      "free run of \(attractor.frames.count) frames against the recorded ones, median distance"
    let columns = TextColumns([.left(26), .right(7), .right(7)], gap: 2)
    let rows = try distances(on: group).map { distance in
      [distance.name] + [distance.network, distance.yardstick].map { String(format: "%.3f", $0) }
    }
    let titles = ["", "network", "fitted frames (yardstick)"]
    return [header] + ([titles] + rows).map { "  " + columns.line($0) }
  }

  var fixedPointLines: [String] {
    guard let fixedPoints else { return [] }
    let ended = fixedPoints.points.reduce(0) { $0 + $1.found }
    var lines = [
      "\(fixedPoints.points.count) fixed points; \(ended) of \(fixedPoints.starts) starts ended"
        + " in one"
    ]
    let titles = ["starts", "residual", "spectral radius", "unstable directions"]
    let columns = TextColumns(titles.map { .right($0.count) }, gap: 3)
    let rows = fixedPoints.points.prefix(10).map { point in
      [
        "\(point.found)", String(format: "%.2e", point.residual),
        String(format: "%.4f", point.spectralRadius), "\(point.unstable)",
      ]
    }
    if !rows.isEmpty { lines += ([titles] + rows).map { "  " + columns.line($0) } }
    if fixedPoints.points.count > 10 {
      lines.append("  and \(fixedPoints.points.count - 10) more (-o FILE)")
    }
    return lines
  }

  /// Both as JSON values.
  ///
  /// - Collective: every rank of `group` must call it.
  func dynamicsObject(
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> [String: Any] {
    var object: [String: Any] = [:]
    if let attractor {
      var values: [String: Any] = ["frames": attractor.frames.count]
      for distance in try distances(on: group) {
        values["median_" + distance.key] = jsonNumber(distance.network)
        values["median_" + distance.key + "_yardstick"] = jsonNumber(distance.yardstick)
      }
      object["attractor"] = values
    }
    if let fixedPoints {
      object["fixed_points"] = [
        "starts": fixedPoints.starts,
        "found": fixedPoints.points.map(\.found),
        "residual": fixedPoints.points.map(\.residual),
        "spectral_radius": fixedPoints.points.map(\.spectralRadius),
        "unstable": fixedPoints.points.map(\.unstable),
      ]
    }
    return object
  }
}

extension ResultFile {
  /// Writes `/attractor/*`; `first` is the number of this rank's first neuron.
  ///
  /// - Collective: every rank that shares the file must call it.
  mutating func write(_ attractor: AttractorScores, first: Int) throws {
    for (name, values, meaning) in [
      (
        "wasserstein", attractor.wasserstein,
        "Wasserstein distance of free-running and recorded rates, in standard deviations"
      ),
      (
        "wasserstein_yardstick", attractor.wassersteinYardstick,
        "the same of the fitted and the held-out recorded rates"
      ),
      (
        "spectral_distance", attractor.spectral,
        "Hellinger distance of free-running and recorded power spectra"
      ),
      (
        "spectral_distance_yardstick", attractor.spectralYardstick,
        "the same of the fitted and the held-out recorded rates"
      ),
    ] {
      let variable = try createVariable(
        "attractor/\(name)", of: Double.self, ["neuron"], longName: meaning)
      try variable.write(values, at: first)
      try variable.close()
    }
    try addDimension(
      "frequency", values: attractor.frequencies, units: "1", longName: "cycles a frame")
    try write(
      "attractor/power_recorded", attractor.recordedPower, ["frequency"],
      longName: "power density of the recorded rates, mean over neurons")
    try write(
      "attractor/power_network", attractor.networkPower, ["frequency"],
      longName: "power density of the free-running network, mean over neurons")
    try contents.setAttribute("attractor_first_frame", attractor.frames.lowerBound)
    try contents.setAttribute("attractor_frames", attractor.frames.count)
  }

  /// Writes `/fixed_points/*`, or those of a teacher into `/teacher_fixed_points/*`; `isRoot` tells
  /// the rank that writes what all have.
  ///
  /// - Collective: every rank that shares the file must call it.
  mutating func write(
    _ fixedPoints: FixedPoints, isRoot: Bool, prefix: String = ""
  ) throws {
    let points = fixedPoints.points
    let point = prefix + "fixed_point"
    let eigenvalue = prefix + "eigenvalue"
    try contents.setAttribute(point + "_starts", fixedPoints.starts)
    guard !points.isEmpty else { return }
    try addDimension(point, count: points.count, longName: "fixed point")
    try addDimension(
      eigenvalue, count: points[0].eigenvalues.count, longName: "eigenvalue, by falling modulus")
    try write(
      "\(point)s/found", points.map(\.found), [point],
      longName: "starts that led there")
    try write(
      "\(point)s/unstable", points.map(\.unstable), [point],
      longName: "eigenvalues of modulus above 1")
    try write(
      "\(point)s/residual", points.map(\.residual), [point],
      longName: "largest |F(r) - r|")
    try write(
      "\(point)s/spectral_radius", points.map(\.spectralRadius), [point],
      longName: "largest modulus of an eigenvalue")
    for (name, dimension, meaning, values) in [
      ("state", "neuron", "rates", points.flatMap(\.state)),
      (
        "eigenvalue_real", eigenvalue, "eigenvalue of the Jacobian of r[t+1], real part",
        points.flatMap { $0.eigenvalues.map(\.real) }
      ),
      (
        "eigenvalue_imaginary", eigenvalue, "the same, imaginary part",
        points.flatMap { $0.eigenvalues.map(\.imaginary) }
      ),
    ] {
      let variable = try createVariable(
        "\(point)s/\(name)", of: Double.self, [point, dimension], longName: meaning)
      let width = values.count / points.count
      var block = Matrix<Double>(rows: isRoot ? points.count : 0, columns: width)
      for i in 0..<block.rows {
        for j in 0..<width { block[i, j] = values[i * width + j] }
      }
      try variable.writeBlock(block)
      try variable.close()
    }
  }
}

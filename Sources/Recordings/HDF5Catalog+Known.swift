internal import HDF5

/// Layouts that say by themselves which dimension is time.
extension HDF5Catalog {
  /// `/rates` (time, neuron), as `ganglion generate` writes it.
  func ownCandidates() throws -> [Candidate] {
    [try known("/rates", kind: "rates", timeAxis: 0, isPrimary: true)]
  }

  /// `/estimates/{C,S,F_dff}`, (component, time); F_dff is often empty.
  func caimanCandidates() throws -> [Candidate] {
    try ["/estimates/C", "/estimates/F_dff", "/estimates/S"].compactMap { path in
      guard holdsTraces(path) else { return nil }
      return try known(
        path, kind: "CaImAn estimate", timeAxis: 1, isPrimary: path == "/estimates/C")
    }
  }

  /// `/CellResp`, `/CellRespZ`: (cells, time) in MATLAB, so (time, cells) here.
  func chenCandidates() throws -> [Candidate] {
    let paths = ["/CellResp", "/CellRespZ"].filter { holdsTraces($0) }
    return try paths.map { path in
      try known(path, kind: "cell responses", timeAxis: 0, isPrimary: path == paths.first)
    }
  }

  private func known(
    _ path: String, kind: String, timeAxis: Int, isPrimary: Bool
  ) throws -> Candidate {
    var result = try candidate(path, kind: kind)
    result.timeAxis = timeAxis
    result.timeAxisReason = "a \(format.rawValue) file"
    result.isPrimary = isPrimary
    return result
  }

  private func holdsTraces(_ path: String) -> Bool {
    guard let summary = summary(of: path) else { return false }
    return summary.type.isNumeric && summary.shape.count == 2 && !summary.shape.contains(0)
  }
}

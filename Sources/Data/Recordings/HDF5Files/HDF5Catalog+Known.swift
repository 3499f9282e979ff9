internal import HDF5

/// Layouts that say by themselves which dimension is time.
extension HDF5Catalog {
  /// `/rates` (time, neuron), as `ganglion generate` writes it.
  func ownCandidates() throws -> [Candidate] {
    [try known("/rates", kind: .rates, timeAxis: 0, isPrimary: true)]
  }

  /// `/estimates/{C,S,F_dff}`, (component, time); F_dff is often empty.
  func caimanCandidates() throws -> [Candidate] {
    try ["/estimates/C", "/estimates/F_dff", "/estimates/S"].compactMap { path in
      guard holdsTraces(path) else { return nil }
      var result = try known(
        path, kind: .caimanEstimate, timeAxis: 1, isPrimary: path == "/estimates/C")
      if let rate = try? vector("/params/data/fr").first, rate > 0, rate.isFinite {
        result.rate = rate
      }
      result.marks = try acceptedComponents(of: result.shape[0])
      return result
    }
  }

  /// The components that CaImAn's evaluation, or a person, has accepted; nil in files of before
  /// the evaluation.
  private func acceptedComponents(of count: Int) throws -> CellMarks? {
    let (good, bad) = ("/estimates/idx_components", "/estimates/idx_components_bad")
    // "NoneType" stands for nothing.
    func places(_ path: String) throws -> [Double]? {
      guard let summary = summary(of: path), summary.type.isNumeric else { return nil }
      return summary.shape.contains(0) ? [] : try vector(path)
    }
    guard let accepted = try places(good) else { return nil }
    if accepted.isEmpty, try places(bad)?.isEmpty ?? true { return nil }
    var isCell = [Bool](repeating: false, count: count)
    for place in accepted {
      guard let index = Int(exactly: place), isCell.indices.contains(index) else {
        throw RecordingError.badData(
          "\(file.filePath): \(good) names component \(place), and there are \(count)")
      }
      isCell[index] = true
    }
    return CellMarks(source: good, isCell: isCell)
  }

  /// `/CellResp`, `/CellRespZ`: (cells, time) in MATLAB, so (time, cells) here.
  func chenCandidates() throws -> [Candidate] {
    let paths = ["/CellResp", "/CellRespZ"].filter { holdsTraces($0) }
    return try paths.map { path in
      var result = try known(
        path, kind: .cellResponses, timeAxis: 0, isPrimary: path == paths.first)
      if let cells = summary(of: "/absIX")?.shape.reduce(1, *), result.shape.contains(cells) {
        try result.orient(by: [NeuronList(path: "/absIX", count: cells)], in: file.filePath)
      }
      return result
    }
  }

  private func known(
    _ path: String, kind: Candidate.Kind, timeAxis: Int, isPrimary: Bool
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

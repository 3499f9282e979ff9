package import HDF5
internal import LinearAlgebra

/// What an HDF5 file holds, as far as finding traces in it goes.
struct HDF5Catalog: ~Copyable {
  let file: File
  let entries: [Entry]
  let format: HDF5Format
  /// The entries' places by path.
  private let places: [String: Int]

  /// Opens a file in this process alone and walks it.
  ///
  /// - Throws: `RecordingError` if it is truncated or damaged.
  static func open(_ path: String) throws -> HDF5Catalog {
    do {
      let file = try File.open(path)
      let entries = try file.walk()
      let format = try HDF5Format(file, entries)
      let places = Dictionary(
        entries.enumerated().map { ($0.element.path, $0.offset) }, uniquingKeysWith: { $1 })
      return HDF5Catalog(file: file, entries: entries, format: format, places: places)
    } catch {
      throw unreadable(path, error)
    }
  }

  /// The datasets, each under one name.
  var datasets: [(path: String, summary: DatasetSummary)] {
    entries.compactMap { entry in
      guard entry.alias == nil, let summary = entry.dataset else { return nil }
      return (entry.path, summary)
    }
  }

  /// Whether an object of this path was found.
  func has(_ path: String) -> Bool { places[path] != nil }

  /// What a dataset is; nil if there is none of this path.
  func summary(of path: String) -> DatasetSummary? {
    places[path].flatMap { entries[$0].dataset }
  }

  /// The candidate that a 2-D dataset of numbers is.
  func candidate(_ path: String, kind: Candidate.Kind) throws -> Candidate {
    let dataset = try open(path)
    return Candidate(
      traces: path, kind: kind, shape: dataset.shape, type: "\(dataset.type)",
      chunks: dataset.storage.chunks, filters: dataset.storage.filters.map(\.description),
      missingFilters: dataset.storage.missingFilters.map(\.description),
      calibration: try calibration(of: dataset))
  }

  /// Where a link leads that leads nowhere; nil for any other path.
  func brokenTarget(of path: String) -> String? {
    guard let place = places[path], case .broken(let target) = entries[place].kind else {
      return nil
    }
    return target
  }

  /// The links that lead nowhere, in words.
  var brokenLinks: [String] {
    entries.compactMap { entry in
      guard case .broken(let target) = entry.kind else { return nil }
      return "\(entry.path) is a link to \(target), which is not there"
    }
  }

  /// Opens a dataset that the user named; what is wrong with the name is said.
  func open(_ name: String) throws -> Dataset {
    let path = name.hasPrefix("/") ? name : "/" + name
    do {
      switch try file.kind(of: path) {
      case .dataset?: return try file.openDataset(path)
      case nil:
        if let link = brokenWay(to: path) {
          throw RecordingError.missing("\(file.filePath) has no dataset \(path): \(link)")
        }
        throw RecordingError.missing("\(file.filePath) has no dataset \(path)\(offers)")
      case .broken(let target)?:
        throw RecordingError.missing(
          "\(file.filePath): \(path) is a link to \(target), which is not there")
      default:
        throw RecordingError.badData("\(file.filePath): \(path) is not a dataset\(offers)")
      }
    } catch let error as HDF5Error {
      throw unreadable(file.filePath, error)
    }
  }

  /// The link that leads nowhere on the way to a path, in words.
  private func brokenWay(to path: String) -> String? {
    entries.first { entry in
      if case .broken = entry.kind { path.hasPrefix(entry.path + "/") } else { false }
    }.flatMap { entry in
      brokenTarget(of: entry.path).map { "\(entry.path) is a link to \($0), which is not there" }
    }
  }

  /// Opens a dataset of numbers all of which can be read.
  ///
  /// - Throws: `RecordingError`: 66 if it, or a file that its numbers lie in, is not there; 65
  ///   if it holds no numbers, was never written, or its compression is unknown.
  func numbers(_ name: String) throws -> Dataset {
    let dataset = try open(name)
    guard dataset.type.isNumeric else {
      throw RecordingError.badData(
        "\(file.filePath): \(name) holds \(dataset.type), not numbers\(offers)")
    }
    do {
      try dataset.requireSize()
      try dataset.requireFilters()
      try dataset.requireSources()
      if let part = try dataset.unwritten(), part.elements == part.total {
        throw RecordingError.badData(
          "\(file.filePath): \(name) holds nothing: none of its \(part.total) values was ever"
            + " written")
      }
    } catch let error as HDF5Error {
      throw unreadable(file.filePath, error)
    }
    return dataset
  }

  /// What of a dataset was never written, for a note; nil if all of it was.
  func gapNote(of dataset: borrowing Dataset) throws -> String? {
    do {
      return try dataset.unwritten().map { part in
        "\(part.elements) of the \(part.total) values of \(dataset.objectPath) were never written"
          + " and are read as \(part.fill): is the recording complete?"
      }
    } catch {
      throw unreadable(file.filePath, error)
    }
  }

  /// All entries of a 1-D dataset (or a 2-D one with one long dimension) of numbers.
  func vector(_ name: String) throws -> [Double] {
    let dataset = try numbers(name)
    let calibration = try calibration(of: dataset)
    do {
      if dataset.shape.count == 2, dataset.shape.contains(1) {
        let matrix = try dataset.readBlock(
          rows: 0..<dataset.shape[0], columns: 0..<dataset.shape[1], of: Double.self)
        let values = matrix.elements
        return values.indices.map { calibration.value(values[$0]) }
      }
      guard dataset.shape.count <= 1 else {
        throw RecordingError.badData(
          "\(file.filePath): \(name) has shape \(dataset.shape), where one dimension is needed")
      }
      return try dataset.read().map { calibration.value($0) }
    } catch let error as HDF5Error {
      throw unreadable(file.filePath, error)
    }
  }

  /// The datasets one may have meant, as the end of a message.
  var offers: String {
    let found = datasets.filter { $0.summary.type.isNumeric && $0.summary.shape.count == 2 }
    guard !found.isEmpty else { return "; it holds no 2-D dataset of numbers" }
    let lines = found.prefix(20).map { path, summary in
      "\n  \(path) (\(summary.shape.map(String.init).joined(separator: " × "))) \(summary.type)"
    }
    let more = found.count > 20 ? "\n  ... and \(found.count - 20) more" : ""
    return "; it holds:" + lines.joined() + more
  }
}

/// The user's view of a failed read.
package func unreadable(_ path: String, _ error: HDF5Error) -> RecordingError {
  if error.isAbsence { return .missing("\(error.path): \(error.message)") }
  let hint =
    error.message.contains("truncated")
    ? "; the file was cut short: copy it again" : ""
  return .badData("cannot read \(path): \(error.message)\(hint) [\(error.call) \(error.path)]")
}

internal import Foundation
internal import HDF5
internal import Wording

extension RecordingRequest {
  /// The `ganglion fit` line that makes this request.
  func command(isRate: Bool) -> String {
    var words = ["ganglion", "fit", quoted(path)]
    if let traces { words += ["--traces", quoted(traces)] }
    if timeAxis != .auto { words += ["--time-axis", timeAxis.rawValue] }
    if let timestamps { words += ["--timestamps", quoted(timestamps)] }
    if let bin { words += ["--bin", asGiven(bin)] }
    if let neuropil {
      words += ["--neuropil", neuropil.path.map(quoted) ?? asGiven(neuropil.share)]
      if neuropil.path != nil { words += ["--neuropil-share", asGiven(neuropil.share)] }
    }
    words += ["--scale", isRate ? "none" : "zscore-tanh"]
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    return (words + ["-o", quoted(name + "-model.h5")]).joined(separator: " ")
  }
}

/// A word as a shell takes it literally.
package func quoted(_ word: String) -> String {
  let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "/._-+=:,@%".contains($0) }
  return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}

extension HDF5Catalog {
  /// Datasets that may be external inputs; the shape is nil where a clock of their own
  /// makes it immaterial.
  func inputCandidates(
    except candidates: [Candidate]
  ) throws -> [(path: String, shape: [Int]?)] {
    if format == .nwb {
      return groups.filter { group in
        guard group.hasPrefix("/processing/behavior") || group.hasPrefix("/stimulus"),
          let summary = summary(of: group + "/data")
        else { return false }
        return summary.type.isNumeric && (1...2).contains(summary.shape.count)
          && (has(group + "/timestamps") || has(group + "/starting_time"))
      }.map { ($0, nil) }
    }
    // A recording of ours says by itself what its inputs are.
    if format == .own { return has("/inputs") ? [("/inputs", summary(of: "/inputs")?.shape)] : [] }
    let traces = Set(candidates.compactMap(\.traces) + candidates.compactMap(\.timestamps))
    return datasets.filter { path, summary in
      !traces.contains(path) && summary.type.isNumeric && summary.shape.count == 1
    }.map { ($0.path, $0.summary.shape) }
  }
}

extension Entry {
  /// One line about an object: path, shape, type, chunks, filters.
  var line: String {
    if let problem { return "\(path)  cannot be opened: \(problem)" }
    switch kind {
    case .broken(let target): return "\(path)  a link to \(target), which is not there"
    case .group: return "\(path)/" + (alias.map { "  the same as \($0)" } ?? "")
    case .namedType: return "\(path)  a named type"
    case .other: return "\(path)  an object of an unknown kind"
    case .dataset: break
    }
    guard let dataset else { return path }
    var words = [path]
    words.append(
      dataset.shape.isEmpty
        ? "scalar" : "(" + dataset.shape.map(String.init).joined(separator: " × ") + ")")
    words.append("\(dataset.type)")
    if let chunks = dataset.storage.chunks {
      words.append("chunks \(chunks.map(String.init).joined(separator: " × "))")
    }
    for filter in dataset.storage.filters {
      words.append(filter.isAvailable ? "\(filter)" : "\(filter) (not installed)")
    }
    if let alias { words.append("the same as \(alias)") }
    return words.joined(separator: "  ")
  }
}

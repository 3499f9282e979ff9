internal import Foundation
internal import HDF5
internal import Recordings

/// What a command writes under a flag, and so may replace or go on with.
package enum OutputKind: Equatable, Sendable {
  /// An HDF5 file that this sub-command writes.
  case result(of: String)
  /// A page of `ganglion report`.
  case page
  /// A log of JSON lines, which grows.
  case log
  /// A checkpoint; its predecessor is beside it.
  case checkpoint
  /// A record of frames, which grows where the run goes on with it, and is never replaced.
  case frames(goesOn: Bool)
  /// A job file, which the user may have adapted: it is never replaced.
  case jobFile

  /// As in "is not a checkpoint".
  var words: String {
    switch self {
    case .result(let command): "a result of `ganglion \(command)`"
    case .page: "a page of `ganglion report`"
    case .log: "a log of Ganglion"
    case .checkpoint: "a checkpoint of Ganglion"
    case .frames(true): "a record of `ganglion follow`"
    case .frames(false): "replaced (--resume goes on with it)"
    case .jobFile: "replaced, as it may have been adapted"
    }
  }

  /// Whether a file, which is there and not empty, is of this kind.
  func recognises(_ path: String) -> Bool {
    switch self {
    case .result(let command): RootSettings(path)?.command == command
    case .page: isPage(path)
    case .log: isLog(path)
    case .checkpoint: CheckpointFile.isCheckpoint(path)
    case .frames(let goesOn): goesOn && FrameFile.isFrames(path)
    case .jobFile: false
    }
  }
}

/// What the root attributes of a result of this program say.
struct RootSettings {
  /// The sub-command that wrote it.
  let command: String
  /// The recordings that it was fitted to.
  let recordings: [String]

  /// Nil if it is no such result.
  init?(_ path: String) {
    guard File.isHDF5(path), let file = try? File.open(path),
      let software = try? file.attribute("software")?.string, software == "Ganglion",
      let text = try? file.attribute("configuration")?.string,
      let settings = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    else { return nil }
    let words = (settings["command"] as? String ?? "").split(separator: " ")
    command = words.first.map(String.init) ?? ""
    recordings = settings["recordings"] as? [String] ?? []
  }
}

private func isPage(_ path: String) -> Bool {
  guard let text = head(of: path, count: 1 << 18) else { return false }
  // The second is what pages of earlier versions have.
  return text.hasPrefix("<!DOCTYPE html>")
    && (text.contains(#"<meta name="generator" content="Ganglion"#)
      || text.contains(#"<p class="program">Ganglion report</p>"#))
}

private func isLog(_ path: String) -> Bool {
  guard let line = head(of: path, count: 1 << 16)?.split(separator: "\n").first,
    let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
  else { return false }
  return ["t", "elapsed_s", "event"].allSatisfy { event[$0] != nil }
}

private func head(of path: String, count: Int) -> String? {
  let data = try? FileHandle(forReadingAtPath: path)?.read(upToCount: count)
  return data.map { String(decoding: $0, as: UTF8.self) }
}

package import Collectives
internal import Foundation

/// The trials of a recording in which cells were stimulated, from a table of text.
///
/// A row is a trial. The column `frame` or `time` (seconds on the recording's clock) says when
/// stimulation begins, `cells` which cells are stimulated, by name with commas, semicolons or
/// blanks between (quoted where the columns are apart by the same). `amount` and `frames` are
/// the current that is added and for how many frames; without `amount` nothing is known of it.
package struct PerturbedTrialTable: Sendable {
  /// A trial.
  package struct Row: Sendable, Codable, Equatable {
    /// Of the file, from 1.
    package let line: Int
    /// The first frame that is stimulated.
    package let onset: Int
    /// Names as they stand there, with commas between.
    package let cells: String
    package let amount: Double?
    package let frames: Int
  }

  /// The file.
  package let path: String
  /// The trials, in the order of the file.
  package let rows: [Row]

  /// Reads a table for a recording.
  ///
  /// - Throws: on every rank alike: 66 if it cannot be read, 65 for a table without times or
  ///   cells and for entries that are none, 64 for seconds where the recording has no clock.
  /// - Collective: every rank of `group` must call it, rank 0 alone reads.
  package init(
    _ path: String, of recording: Recording, on group: borrowing some RankGroup & ~Copyable
  ) throws {
    var found = Data()
    try group.agreeOnRoot {
      found = try JSONEncoder().encode(Self.read(path, recording))
    }
    let text = try group.broadcast(String(decoding: found, as: UTF8.self))
    self.path = path
    rows = try JSONDecoder().decode([Row].self, from: Data(text.utf8))
  }

  private static func read(_ path: String, _ recording: Recording) throws -> [Row] {
    let text = try DelimitedText(path)
    var names: [String] = []
    var rows: [Row] = []
    try text.forEachRow { line, cells in
      let words = cells.map(text.text)
      if names.isEmpty {
        names = words.map { $0.lowercased() }
        try requireColumns(names, path)
        return true
      }
      let entries = Dictionary(zip(names, words)) { first, _ in first }
      rows.append(try Entry(path: path, line: line, words: entries).row(of: recording))
      return true
    }
    guard !rows.isEmpty else {
      throw RecordingError.badData("\(path): no trial below the names of its columns")
    }
    return rows
  }

  private static func requireColumns(_ names: [String], _ path: String) throws {
    let has = "its first line is \(names.joined(separator: ", "))"
    guard names.contains("frame") != names.contains("time") else {
      throw RecordingError.badData(
        "\(path): perturbed trials need the time at which each begins, one column frame (from 0) or"
          + " time (seconds): \(has)")
    }
    guard names.contains("cells") else {
      throw RecordingError.badData(
        "\(path): perturbed trials need a column cells, with the names of those that are"
          + " stimulated: \(has)")
    }
  }
}

/// One row of the table, by the names of the columns.
private struct Entry {
  let path: String
  let line: Int
  let words: [String: String]

  func row(of recording: Recording) throws -> PerturbedTrialTable.Row {
    let frames = try number("frames") ?? 1
    guard frames >= 1, frames == frames.rounded(), frames < 1e9 else {
      throw wrong("frames is \(words["frames"] ?? ""), expected a whole number from 1")
    }
    let names = (words["cells"] ?? "").split { ",; \t".contains($0) }
    guard !names.isEmpty else { throw wrong("no cell is named") }
    return PerturbedTrialTable.Row(
      line: line, onset: try onset(in: recording), cells: names.joined(separator: ","),
      amount: try number("amount"), frames: Int(frames))
  }

  private func onset(in recording: Recording) throws -> Int {
    if let frame = try number("frame") {
      guard frame >= 0, frame < Double(recording.frames), frame == frame.rounded() else {
        throw wrong(
          "frame is \(words["frame"] ?? ""), and those of \(recording.path) are 0 to"
            + " \(recording.frames - 1)")
      }
      return Int(frame)
    }
    guard let time = try number("time") else {
      throw wrong("no time: a perturbed trial needs the one at which it begins")
    }
    let times = recording.times
    guard let first = times.first, let last = times.last else {
      throw RecordingError.usage(
        "\(path) gives times in seconds, and \(recording.path) has no clock: give --dt, --rate or"
          + " --timestamps, or a column frame in place of time")
    }
    guard time >= first, time <= last else {
      throw wrong("time is \(time) s, and \(recording.path) covers \(first) to \(last) s")
    }
    return firstFrames(atOrAfter: [time], times)[0]
  }

  /// A column's number; nil where there is no such column, or nothing in it.
  private func number(_ name: String) throws -> Double? {
    guard let word = words[name], !word.isEmpty else { return nil }
    guard let value = Double(word), value.isFinite else {
      throw wrong("\(name) is \"\(word)\", expected a number")
    }
    return value
  }

  private func wrong(_ what: String) -> RecordingError {
    .badData("\(path) line \(line): \(what)")
  }
}

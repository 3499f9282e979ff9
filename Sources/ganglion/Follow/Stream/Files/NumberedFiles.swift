internal import Collectives
internal import Foundation
internal import Recordings

/// A folder into which another program puts a file a frame, under its name once it is whole: it
/// is written under another and renamed.
///
/// `DIR/*.npy`, `DIR/*.f32` or `DIR/*.csv`. The last digits of a name are the number of the
/// frame, so files may come in any order that --reorder mends, and one that never comes is a gap.
final class NumberedFiles: FrameFeed {
  /// The folder and the ending of its files; nil if a text is no such pattern.
  struct Pattern: Equatable {
    let folder: String
    let ending: String

    init?(argument: String) {
      let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
      guard let last = parts.last, last.hasPrefix("*."),
        FrameFormat(rawValue: String(last.dropFirst(2))) != nil
      else { return nil }
      ending = String(last.dropFirst())
      let before = parts.dropLast().joined(separator: "/")
      folder = parts.count == 1 ? "." : before.isEmpty ? "/" : before
    }
  }

  private let pattern: Pattern
  private let format: FrameFormat
  /// Files that were found and not taken, by number, the next one last.
  private var found: [(number: UInt64, name: String)] = []
  /// What the latest file was called, and its number.
  private var last: (name: String, number: UInt64)?
  /// The least number that is taken, and the numbers that were taken last.
  private let first: UInt64
  private var taken: [UInt64] = []
  /// When the folder was looked through last, and as it was then.
  private var listed = ContinuousClock.now - .seconds(1)
  private var stamp = timespec()
  private var cells: Int?
  private var isClosed = false
  private var timer = LookTimer()

  /// Time between two looks through the folder, which take as long as it is full.
  private static let listing = Duration.milliseconds(50)
  /// A file that comes later than after so many others is left where it is.
  private static let mostLate = FrameHeader.mostLate

  /// Begins with the number `first`.
  init(_ pattern: Pattern, first: UInt64, cells: Int?) {
    self.pattern = pattern
    self.first = first
    self.cells = cells
    format = FrameFormat(rawValue: String(pattern.ending.dropFirst())) ?? .raw
  }

  var waiting: Int { found.count }

  func next() -> FeedEvent {
    do {
      if found.isEmpty, !isClosed, timer.isDue() { try look() }
      guard let file = found.popLast() else { return isClosed ? .ended(nil) : .nothing }
      let path = pattern.folder + "/" + file.name
      let values = try format.values(in: path)
      guard values.count == cells ?? values.count else {
        throw CommandLineError.badStream(
          "\(path) has \(values.count) values, expected \(cells ?? 0)")
      }
      cells = values.count
      last = (file.name, file.number)
      taken.append(file.number)
      if taken.count > Self.mostLate { taken.removeFirst() }
      return .frame(StreamFrame(number: file.number, time: nil, arrival: .now, values: values))
    } catch {
      return .ended(error)
    }
  }

  /// Looks for the file that should come next, and from time to time for any.
  private func look() throws {
    if let last, let name = Self.name(after: last.name, number: last.number),
      access(pattern.folder + "/" + name, R_OK) == 0
    {
      found = [(last.number + 1, name)]
      return
    }
    let now = ContinuousClock.now
    var status = stat()
    guard now >= listed + Self.listing, stat(pattern.folder, &status) == 0,
      status.st_mtim.tv_sec != stamp.tv_sec || status.st_mtim.tv_nsec != stamp.tv_nsec
    else { return }
    listed = now
    // Its clock is coarse: what changes twice at once is looked at once more.
    let age = time(nil) - status.st_mtim.tv_sec
    if age > 1 { stamp = status.st_mtim }
    for name in try FileManager.default.contentsOfDirectory(atPath: pattern.folder)
    where name.hasSuffix(pattern.ending) && !name.hasPrefix(".") {
      guard let number = Self.number(in: name) else {
        throw CommandLineError.badStream(
          "\(pattern.folder)/\(name) has no number: call files by that of their frame, as"
            + " frame_000123\(pattern.ending)")
      }
      if isNew(number) { found.append((number, name)) }
    }
    found.sort { $0.number > $1.number }
  }

  private func isNew(_ number: UInt64) -> Bool {
    let least = taken.max().map { $0 > Self.mostLate ? $0 - Self.mostLate : 0 } ?? 0
    return number >= max(first, least) && !taken.contains(number)
  }

  /// The last digits of a name, its ending aside; nil where there are none, or too many.
  static func number(in name: String) -> UInt64? {
    digits(of: name).flatMap { Int(name[$0]) }.map { UInt64($0) }
  }

  private static func digits(of name: String) -> Range<String.Index>? {
    let stem = name[..<(name.lastIndex(of: ".") ?? name.endIndex)]
    guard let end = stem.lastIndex(where: { $0.isASCII && $0.isNumber }) else { return nil }
    let after = stem.index(after: end)
    let before = stem[..<after].lastIndex { !($0.isASCII && $0.isNumber) }
    return (before.map { stem.index(after: $0) } ?? stem.startIndex)..<after
  }

  /// What the file of the next number is called, with as many digits.
  private static func name(after name: String, number: UInt64) -> String? {
    guard let place = digits(of: name) else { return nil }
    let text = String(number + 1)
    let width = name[place].count
    let digits = String(repeating: "0", count: max(0, width - text.count)) + text
    return name.replacingCharacters(in: place, with: digits)
  }

  func wait() { usleep(500) }

  func close() { isClosed = true }
}

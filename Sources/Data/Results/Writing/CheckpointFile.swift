package import Collectives
internal import Foundation
package import HDF5
internal import Recordings

/// A checkpoint on disk: an HDF5 file that all ranks write and read, and its predecessor.
///
/// A kill at any instant leaves a whole checkpoint: the new one is completed under a
/// temporary name, synchronised and renamed, and the one before is kept as
/// `FILE.previous`. Before the HDF5 content stands a mark, by which a checkpoint is told from
/// any other file, and behind it the mark with a digest, so that a damaged file is noticed
/// whatever bytes were hit, and the previous one is used.
///
/// ```
/// let checkpoint = CheckpointFile(path: "run.checkpoint", identity: settings)
/// let state = try checkpoint.read(on: world) { try State($0) }.value
/// try checkpoint.write(on: world) { try state.write(to: $0) }
/// ```
package struct CheckpointFile: Sendable {
  package let path: String
  /// Input digest and settings of the run: what a checkpoint must share to be resumed.
  package let identity: String

  package init(path: String, identity: String) {
    // Its predecessor is beside the file itself, or it could not be renamed.
    self.path = followingLinks(path)
    self.identity = identity
  }

  /// Where the checkpoint before the newest is kept.
  package var previous: String { Self.previous(of: path) }

  /// Where a checkpoint of this name keeps its predecessor.
  package static func previous(of path: String) -> String { followingLinks(path) + ".previous" }

  /// Writes a new checkpoint; `body` is collective and fills it, and lets go of what it
  /// opened.
  ///
  /// - Throws: `RecordingError` (73, 74) or `HDF5Error` (74); then the checkpoints that
  ///   were there are untouched.
  /// - Collective: every rank of `group` must call it.
  package func write(
    on group: borrowing some FileGroup & ~Copyable, _ body: (borrowing File) throws -> Void
  ) throws {
    let pending = try PendingFile.begin(path, on: group)
    let file = try File.create(
      pending.temporary, calling: path, userBlock: Self.headLength, on: group)
    try file.createStrings(Self.identityName, [identity]).close()
    try body(file)
    try file.close()
    // Beyond this point the ranks touch the file one by one, so failures must be agreed on.
    var length = 0
    try group.agreeOnRoot {
      try put(Self.mark + "\n", into: pending.temporary) { try $0.seek(toOffset: 0) }
      length = try fileSize(pending.temporary)
    }
    length = try group.broadcast(length)
    let digest = try FileDigest.ofBlocks(of: pending.temporary, length: length, on: group)
    try group.agreeOnRoot {
      try put(Self.footer(digest), into: pending.temporary) { try $0.seekToEnd() }
      try pending.publish(keepingAs: previous)
    }
    pending.wasPublished()
  }

  /// Reads the newest checkpoint that is whole; `body` is collective.
  ///
  /// - Returns: what `body` made of it, nil if there is no checkpoint, and notes for the
  ///   user on what was damaged.
  /// - Throws: `RecordingError` (exit code 78) if it is a checkpoint of another run.
  /// - Collective: every rank of `group` must call it.
  package func read<Value>(
    on group: borrowing some FileGroup & ~Copyable, _ body: (borrowing File) throws -> Value
  ) throws -> (value: Value?, notes: [String]) {
    var notes: [String] = []
    for candidate in [path, previous] {
      let found = try inspect(candidate, on: group)
      switch found {
      case .absent: continue
      case .damaged:
        notes.append("\(candidate) is damaged and is not used")
      case .whole:
        let file = try File.open(candidate, on: group)
        let stored = try file.openDataset(Self.identityName).readStrings().first ?? ""
        guard stored == identity else {
          throw RecordingError.foreignCheckpoint(
            refusal(of: candidate, identity: stored))
        }
        let value = try body(file)
        try file.close()
        if candidate == previous { notes.append("going on from \(previous)") }
        return (value, notes)
      }
    }
    return (nil, notes)
  }

  /// Removes the checkpoints of a run that is complete; another run's stay.
  ///
  /// - Collective: every rank of `group` must call it.
  package func remove(on group: borrowing some RankGroup & ~Copyable) throws {
    try group.agreeOnRoot {
      for name in [path, previous] where Self.isCheckpoint(name) && !isOfAnotherRun(name) {
        try FileManager.default.removeItem(atPath: name)
      }
    }
  }

  /// Whether it can be read, and belongs to a run with other settings.
  private func isOfAnotherRun(_ candidate: String) -> Bool {
    guard let file = try? File.open(candidate),
      let stored = try? file.openDataset(Self.identityName).readStrings().first
    else { return false }
    return stored != identity
  }

  /// Whether a file was written as a checkpoint, of this run or another, whole or damaged.
  static func isCheckpoint(_ path: String) -> Bool {
    let mark = Data(Self.mark.utf8)
    guard let handle = FileHandle(forReadingAtPath: path),
      let head = try? handle.read(upToCount: mark.count)
    else { return false }
    if head == mark { return true }
    guard let size = try? handle.seekToEnd(), size > UInt64(footerLength),
      (try? handle.seek(toOffset: size - UInt64(footerLength))) != nil
    else { return false }
    return (try? handle.read(upToCount: mark.count)) == mark
  }

  /// Writes a text into a file, at the place that `find` moves to.
  private func put(
    _ text: String, into temporary: String, _ find: (FileHandle) throws -> Void
  ) throws {
    guard let handle = FileHandle(forWritingAtPath: temporary) else {
      throw RecordingError.cannotWrite("cannot open \(path) again: \(systemError())")
    }
    do {
      try find(handle)
      try handle.write(contentsOf: Data(text.utf8))
      try handle.close()
    } catch {
      throw RecordingError.cannotWrite("cannot write \(path): \(error.localizedDescription)")
    }
  }

  private enum Finding: Int { case absent, damaged, whole }

  /// Whether a file is a checkpoint with its digest.
  private func inspect(
    _ candidate: String, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Finding {
    var finding = Finding.absent
    var length = 0
    var footer = ""
    try group.agreeOnRoot {
      guard FileManager.default.fileExists(atPath: candidate) else { return }
      finding = .damaged
      let size = try fileSize(candidate)
      guard size > Self.footerLength, let handle = FileHandle(forReadingAtPath: candidate)
      else { return }
      try handle.seek(toOffset: UInt64(size - Self.footerLength))
      footer = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
      guard footer.hasPrefix(Self.mark) else { return }
      finding = .whole
      length = size - Self.footerLength
    }
    guard try group.broadcast(finding.rawValue) == Finding.whole.rawValue else {
      return Finding(rawValue: try group.broadcast(finding.rawValue)) ?? .absent
    }
    let digest = try FileDigest.ofBlocks(
      of: candidate, length: try group.broadcast(length), on: group)
    return try group.broadcast(footer) == Self.footer(digest) ? .whole : .damaged
  }

  /// Why a whole checkpoint is not gone on from: another version wrote it, or another run.
  ///
  /// The settings that differ are named where both identities are JSON.
  private func refusal(of candidate: String, identity stored: String) -> String {
    func object(_ text: String) -> [String: Any]? {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
    }
    let theirs = object(stored)
    let ours = object(identity)
    func text(_ setting: String, of identity: [String: Any]?) -> String? {
      identity?[setting].map { "\($0)" }
    }
    let isSameCommand = text("command", of: theirs) == text("command", of: ours)
    if isSameCommand, let format = text(Self.formatSetting, of: theirs),
      let own = text(Self.formatSetting, of: ours), format != own
    {
      return """
        \(candidate) is of checkpoint format \(format), and this version of ganglion writes and \
        reads format \(own): go on with the version that wrote it, or give --checkpoint another \
        name and start anew
        """
    }
    return "\(candidate) belongs to another run; give --checkpoint another name, or remove it."
      + difference(theirs, ours)
  }

  private func difference(_ theirs: [String: Any]?, _ ours: [String: Any]?) -> String {
    guard let theirs, let ours else { return "" }
    let lines = Set(theirs.keys).union(ours.keys).sorted().compactMap { key -> String? in
      let (a, b) = (theirs[key].map { "\($0)" } ?? "-", ours[key].map { "\($0)" } ?? "-")
      return a == b ? nil : "\(key) was \(a), is \(b)"
    }
    return lines.isEmpty ? "" : " Different: " + lines.joined(separator: "; ")
  }

  /// The setting of an identity that numbers the format of the contents.
  package static let formatSetting = "checkpoint-format"

  private static let identityName = "identity"
  private static let mark = "ganglion checkpoint "
  private static func footer(_ digest: String) -> String { mark + digest + "\n" }
  private static var footerLength: Int { mark.utf8.count + 65 }
  /// The least that HDF5 can leave alone at the start of a file.
  private static let headLength = 512
}

private func fileSize(_ path: String) throws -> Int {
  let attributes = try FileManager.default.attributesOfItem(atPath: path)
  return (attributes[.size] as? NSNumber)?.intValue ?? 0
}

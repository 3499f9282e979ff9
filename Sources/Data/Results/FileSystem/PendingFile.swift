internal import Collectives
internal import Foundation
internal import Recordings
internal import Runtime

/// Writes a text under its name when it is complete; an older one stays until then.
///
/// - Throws: `RecordingError` (73, 74) if it cannot be created, or written to its end.
package func writeWhole(_ text: String, to path: String) throws {
  let file = try PendingFile.begin(path, on: SingleRank())
  let bytes = Array(text.utf8)
  try file.requireSpace(bytes: bytes.count)
  let descriptor = unsafe open(file.temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw file.failure("create") }
  defer { close(descriptor) }
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    guard written > 0 || errno == EINTR else { throw file.failure("write") }
    rest = rest.dropFirst(max(0, written))
  }
  try file.publish()
}

/// A file being written under a temporary name, of this run alone, beside its final one.
///
/// Whatever ends the work before `publish()`, a thrown error included, removes it. Of two runs
/// that write one file at a time, the last to end leaves its own, whole.
final class PendingFile {
  /// The name it is to have, links followed.
  let destination: String
  /// The name it has until then, hidden and in the same directory.
  let temporary: String
  private var isPublished = false
  /// A signal removes it, too.
  private let discard: Interruption.Discard

  private init(_ temporary: String, for destination: String) {
    (self.destination, self.temporary) = (destination, temporary)
    discard = Interruption.Discard(temporary)
  }

  deinit {
    defer { discard.cancel() }
    guard !isPublished else { return }
    // The ranks may still have it open, and what is only unlinked keeps its space.
    _ = unsafe truncate(temporary, 0)
    _ = unsafe unlink(temporary)
  }

  /// Chooses the temporary name, of a file that is still to be created, and clears away what
  /// runs that were killed have left.
  ///
  /// - Throws: `RecordingError.cannotCreate` with the reason.
  /// - Collective: every rank of `group` must call it.
  static func begin(
    _ path: String, on group: borrowing some RankGroup & ~Copyable
  ) throws -> PendingFile {
    let place = OutputPlace(path)
    var temporary = ""
    try group.agreeOnRoot {
      PartialName.removeStale(for: place.path)
      try place.requireWritable()
      temporary =
        directory(of: place.path) + "/" + PartialName.unique(for: lastComponent(of: place.path))
    }
    return PendingFile(try group.broadcast(temporary), for: place.path)
  }

  /// What the last failed system call on it means for the user.
  fileprivate func failure(_ what: String) -> RecordingError {
    .cannotWrite("cannot \(what) \(destination): \(systemError())")
  }

  /// Checks that the disk has room for this many bytes.
  ///
  /// - Throws: `RecordingError.cannotWrite` if it has not.
  func requireSpace(bytes: Int) throws {
    var status = statvfs()
    let directory = directory(of: destination)
    // Where the file system does not tell, writing will.
    guard unsafe statvfs(directory, &status) == 0 else { return }
    let free = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    guard !free.overflow, free.partialValue < bytes else { return }
    throw RecordingError.cannotWrite(
      "cannot write \(destination): No space left on device: it needs \(kibibytes(bytes)), and"
        + " \(kibibytes(free.partialValue)) are free")
  }

  private func kibibytes(_ bytes: Int) -> String { "\(bytes >> 10) KiB" }

  /// Makes the file permanent and gives it its name, replacing what had it.
  ///
  /// What had it gets the name `previous`, if there is one; a kill between the two leaves
  /// that one.
  ///
  /// - Throws: `RecordingError.cannotWrite` with the reason.
  func publish(keepingAs previous: String? = nil) throws {
    try synchronise(temporary, flags: O_RDWR)
    if let previous, unsafe rename(destination, previous) != 0, errno != ENOENT {
      throw failure("rename")
    }
    guard unsafe rename(temporary, destination) == 0 else {
      throw failure("give its name to")
    }
    isPublished = true
    try synchronise(directory(of: destination), flags: O_RDONLY | O_DIRECTORY)
  }

  /// Tells that another rank has published the file.
  func wasPublished() { isPublished = true }

  private func synchronise(_ path: String, flags: Int32) throws {
    let descriptor = unsafe open(path, flags)
    guard descriptor >= 0 else {
      throw failure("open again")
    }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a directory, and say so with EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw failure("write to disk")
    }
  }
}

internal import Collectives
internal import Foundation

/// Writes a text under its name when it is complete; an older one stays until then.
///
/// - Throws: `RecordingError` (73, 74) if it cannot be created, or written to its end.
package func writeWhole(_ text: String, to path: String) throws {
  let file = PendingFile(for: path)
  try file.prepare()
  let data = Data(text.utf8)
  try file.requireSpace(bytes: data.count)
  do {
    try data.write(to: URL(fileURLWithPath: file.temporary))
  } catch {
    throw RecordingError.cannotWrite("cannot write \(path): \(error.localizedDescription)")
  }
  try file.publish()
}

/// A file being written under a temporary name beside its final one.
///
/// Whatever ends the work before `publish()`, a thrown error included, removes it.
final class PendingFile {
  /// The name it is to have.
  let destination: String
  /// The name it has until then, hidden and in the same directory.
  let temporary: String
  private var isPublished = false
  /// A signal removes it, too.
  private let discard: Interruption.Discard

  init(for destination: String) {
    self.destination = destination
    let url = URL(fileURLWithPath: destination)
    temporary =
      url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).partial")
      .path
    discard = Interruption.Discard(temporary)
  }

  deinit {
    defer { discard.cancel() }
    guard !isPublished else { return }
    // The ranks may still have it open, and what is only unlinked keeps its space.
    _ = unsafe truncate(temporary, 0)
    _ = unsafe unlink(temporary)
  }

  /// Checks that the file can be created, and clears away what an interrupted run left.
  ///
  /// - Throws: `RecordingError.cannotCreate` with the reason.
  func prepare() throws {
    let directory = URL(fileURLWithPath: destination).deletingLastPathComponent().path
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) else {
      throw RecordingError.cannotCreate(
        "cannot create \(destination): the directory \(directory) does not exist; make it first")
    }
    guard isDirectory.boolValue else {
      throw RecordingError.cannotCreate(
        "cannot create \(destination): \(directory) is not a directory")
    }
    if unsafe FileManager.default.fileExists(atPath: destination, isDirectory: &isDirectory),
      isDirectory.boolValue
    {
      throw RecordingError.cannotCreate(
        "cannot create \(destination): it is a directory; give a file name")
    }
    // What cannot be removed shows in what follows.
    _ = unsafe unlink(temporary)
    let descriptor = unsafe open(temporary, O_CREAT | O_EXCL | O_WRONLY, 0o644)
    guard descriptor >= 0 else {
      throw RecordingError.cannotCreate(
        "cannot create \(destination): \(systemError()); choose a directory you may write to")
    }
    close(descriptor)
    _ = unsafe unlink(temporary)
  }

  /// Checks that the disk has room for this many bytes.
  ///
  /// - Throws: `RecordingError.cannotWrite` if it has not.
  func requireSpace(bytes: Int) throws {
    var status = statvfs()
    let directory = URL(fileURLWithPath: destination).deletingLastPathComponent().path
    // Where the file system does not tell, writing will.
    guard unsafe statvfs(directory, &status) == 0 else { return }
    let free = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    guard !free.overflow, free.partialValue < bytes else { return }
    throw RecordingError.cannotWrite(
      "cannot write \(destination): No space left on device: it needs \(mebibytes(bytes)), and"
        + " \(mebibytes(free.partialValue)) are free")
  }

  private func mebibytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }

  /// Makes the file permanent and gives it its name, replacing what had it.
  ///
  /// What had it gets the name `previous`, if there is one; a kill between the two leaves
  /// that one.
  ///
  /// - Throws: `RecordingError.cannotWrite` with the reason.
  func publish(keepingAs previous: String? = nil) throws {
    try synchronise(temporary, flags: O_RDWR)
    if let previous, unsafe rename(destination, previous) != 0, errno != ENOENT {
      throw RecordingError.cannotWrite("cannot rename \(destination): \(systemError())")
    }
    guard unsafe rename(temporary, destination) == 0 else {
      throw RecordingError.cannotWrite("cannot rename \(temporary): \(systemError())")
    }
    isPublished = true
    let directory = URL(fileURLWithPath: destination).deletingLastPathComponent().path
    try synchronise(directory, flags: O_RDONLY | O_DIRECTORY)
  }

  /// Tells that another rank has published the file.
  func wasPublished() { isPublished = true }

  private func synchronise(_ path: String, flags: Int32) throws {
    let descriptor = unsafe open(path, flags)
    guard descriptor >= 0 else {
      throw RecordingError.cannotWrite("cannot open \(path) again: \(systemError())")
    }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a directory, and say so with EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw RecordingError.cannotWrite("cannot write \(path) to disk: \(systemError())")
    }
  }
}

/// The text of the last failed system call.
private func systemError() -> String { unsafe String(cString: strerror(errno)) }

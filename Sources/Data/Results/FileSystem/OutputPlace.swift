internal import Foundation
internal import Recordings

/// Where a file is to appear by renaming: the place that a path leads to, links followed.
struct OutputPlace {
  /// As the user gave it.
  let given: String
  /// Where the file will be.
  let path: String

  init(_ given: String) {
    self.given = given
    path = followingLinks(given)
  }

  /// Checks that a new file can be created here and take the place of an older one.
  ///
  /// - Throws: `RecordingError.cannotCreate` with the reason.
  func requireWritable() throws {
    if given.hasSuffix("/") || FileStatus(path)?.kind == .directory {
      throw refusal("it is a directory; give a file name")
    }
    let directory = directory(of: path)
    guard let home = FileStatus(directory) else {
      throw refusal("the directory \(directory) does not exist; make it first")
    }
    guard home.kind == .directory else { throw refusal("\(directory) is not a directory") }
    if let older = FileStatus(path), older.kind != .regular {
      throw refusal("it is \(older.kind.words), which a file would replace; give a file name")
    }
    try requireCreation(in: directory)
  }

  /// Tries, rather than asks, whether files can be created in the directory and can replace
  /// the one that is there.
  private func requireCreation(in directory: String) throws {
    let trial = directory + "/" + PartialName.unique(for: lastComponent(of: path))
    guard unsafe mkdir(trial, 0o700) == 0 else {
      guard errno != ENOSPC, errno != EDQUOT else {
        throw RecordingError.cannotWrite("cannot write \(given): \(systemError())")
      }
      throw refusal("\(systemError()); choose a directory you may write to")
    }
    defer { unsafe rmdir(trial) }
    guard FileStatus(path) != nil else { return try requireName() }
    // A directory never takes the place of a file; before that is noticed, the system looks
    // whether the file may be replaced at all (sticky directories, files made immutable).
    if unsafe rename(trial, path) != 0, errno != ENOTDIR {
      throw refusal("\(systemError()): the file that is there cannot be replaced")
    }
    if isMountPoint {
      throw refusal("a file is mounted there (a container's volume?) and cannot be replaced")
    }
  }

  /// The name itself may be too long where a temporary one is not.
  private func requireName() throws {
    // Looking a name up tells.
    var status = stat()
    if unsafe lstat(path, &status) != 0, errno != ENOENT { throw refusal(systemError()) }
  }

  /// Whether something is mounted on the file.
  private var isMountPoint: Bool {
    guard let real = unsafe realpath(path, nil) else { return false }
    defer { unsafe free(real) }
    // The table writes blanks and the like as octal numbers.
    let name = unsafe String(cString: real).replacing(" ", with: "\\040")
    let table = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").contains { line in
      let fields = line.split(separator: " ", maxSplits: 5)
      return fields.count > 4 && fields[4] == name
    }
  }

  private func refusal(_ reason: String) -> RecordingError {
    .cannotCreate("cannot create \(given): \(reason)")
  }
}

extension FileStatus.Kind {
  /// As in "it is a pipe".
  var words: String {
    switch self {
    case .regular: "a file"
    case .directory: "a directory"
    case .characterDevice, .blockDevice: "a device"
    case .pipe: "a pipe"
    case .socket: "a socket"
    }
  }
}

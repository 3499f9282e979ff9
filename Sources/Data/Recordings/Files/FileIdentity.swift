internal import Foundation

/// Which file a path leads to, whatever it is called: links are followed, and two names of one
/// file are equal.
///
/// A file that is not there yet is known by its directory and the name it will have in it.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let node: UInt64
  /// The name within the directory `node`; nil where `node` is the file itself.
  private let name: String?

  /// Nil if neither the file nor its directory is there.
  init?(_ path: String) {
    let path = followingLinks(path)
    if let status = FileStatus(path) {
      self.init(status, name: nil)
    } else if let status = FileStatus(directory(of: path)) {
      self.init(status, name: lastComponent(of: path))
    } else {
      return nil
    }
  }

  /// What a file descriptor writes to, if that is a regular file.
  init?(descriptor: Int32) {
    guard let status = FileStatus(descriptor: descriptor), status.kind == .regular else {
      return nil
    }
    self.init(status, name: nil)
  }

  private init(_ status: FileStatus, name: String?) {
    (device, node, self.name) = (status.device, status.node, name)
  }
}

/// What the file system says of a file.
///
/// C: `stat`.
struct FileStatus {
  enum Kind: Equatable { case regular, directory, characterDevice, blockDevice, pipe, socket }

  let device: UInt64
  let node: UInt64
  let kind: Kind
  let size: Int
  let modified: Date

  /// Follows links; nil if nothing is there.
  init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    (device, node, size) = (UInt64(status.st_dev), UInt64(status.st_ino), Int(status.st_size))
    modified = Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec))
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFDIR: .directory
      case S_IFCHR: .characterDevice
      case S_IFBLK: .blockDevice
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      default: .regular
      }
  }
}

/// Where a path leads if its last component is a symbolic link, or one to another one, the
/// last of which may lead nowhere yet.
func followingLinks(_ path: String) -> String {
  var path = path
  // As many as Linux follows; of more, opening tells.
  for _ in 0..<40 {
    guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
      break
    }
    path = target.hasPrefix("/") ? target : directory(of: path) + "/" + target
  }
  return path
}

/// The directory that a file of this path is in.
func directory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The name of the file within its directory.
func lastComponent(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}

/// The text of the last failed system call.
func systemError() -> String { unsafe String(cString: strerror(errno)) }

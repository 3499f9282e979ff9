internal import Foundation

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

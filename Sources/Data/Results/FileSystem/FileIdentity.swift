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

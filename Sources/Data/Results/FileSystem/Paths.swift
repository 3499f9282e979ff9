internal import Foundation

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

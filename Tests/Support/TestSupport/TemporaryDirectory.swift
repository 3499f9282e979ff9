internal import Foundation

/// A new, empty directory that is removed with all it holds when the value dies.
package struct TemporaryDirectory: ~Copyable {
  /// The directory's path.
  package let path: String

  /// Makes a directory under the system's temporary one, or under `parent`.
  package init(in parent: String? = nil) throws {
    let base = parent ?? FileManager.default.temporaryDirectory.path
    path = base + "/ganglion-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  /// The path of a file in it.
  package func file(_ name: String) -> String { path + "/" + name }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

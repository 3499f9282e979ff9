package import Collectives
internal import Foundation
internal import Recordings

/// Digests of files, as results and checkpoints name them.
package enum FileDigest {
  /// The SHA-256 of a file's bytes, in lower-case hexadecimal, as `sha256sum` prints it.
  ///
  /// Of a folder it is the digest of the lines that `sha256sum` would print for its files,
  /// sorted by name.
  ///
  /// - Throws: `RecordingError` if the file cannot be read.
  /// - Complexity: one pass over the file, about 1 to 2 GB/s.
  package static func sha256(of path: String) throws -> String {
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw RecordingError.missing("\(path): no such file")
    }
    return isDirectory.boolValue ? try ofFolder(path) : try ofFile(path)
  }

  private static func ofFile(_ path: String) throws -> String {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): cannot be read (permission?)")
    }
    var digest = SHA256()
    while let part = try handle.read(upToCount: bytesAtATime), !part.isEmpty {
      digest.update(part)
    }
    return digest.finish()
  }

  private static func ofFolder(_ path: String) throws -> String {
    var digest = SHA256()
    for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
      let file = path + "/" + name
      var isFolder: ObjCBool = false
      guard unsafe FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      digest.update(Data("\(try sha256(of: file))  \(name)\n".utf8))
    }
    return digest.finish()
  }

  /// A digest of the first `length` bytes of a file that the ranks read together: that of the
  /// SHA-256 of its blocks of 32 MiB, so it does not depend on the number of ranks.
  ///
  /// - Throws: what reading throws, on every rank alike.
  /// - Complexity: each rank reads its share of the file.
  /// - Collective: every rank of `group` must call it.
  static func ofBlocks(
    of path: String, length: Int, on group: borrowing some RankGroup & ~Copyable
  ) throws -> String {
    let count = (length + blockSize - 1) / blockSize
    let blocks = Partition(of: count, among: group.size).range(of: group.rank)
    let own = try group.agree {
      guard let handle = FileHandle(forReadingAtPath: path) else {
        throw RecordingError.missing("\(path): cannot be read")
      }
      try handle.seek(toOffset: UInt64(blocks.lowerBound * blockSize))
      var digests: [UInt8] = []
      for block in blocks {
        let size = min(blockSize, length - block * blockSize)
        var digest = SHA256()
        digest.update(try handle.read(upToCount: size) ?? Data())
        digests += Array(digest.finish().utf8)
      }
      return digests
    }
    var digest = SHA256()
    digest.update(Data(try group.gather(own)))
    return digest.finish()
  }

  /// Bytes read at a time, 4 MiB: no number depends on it.
  private static let bytesAtATime = 1 << 22
  /// Bytes of a block, 32 MiB: checkpoints end with a digest of blocks of this size.
  private static let blockSize = 1 << 25
}

extension RankGroup where Self: ~Copyable {
  /// The SHA-256 of a file that rank 0 reads.
  ///
  /// - Throws: on every rank alike, `RecordingError` if the file cannot be read.
  /// - Collective: every rank of the group must call it.
  package func digest(ofFile path: String) throws -> String {
    var digest = ""
    try agreeOnRoot { digest = try FileDigest.sha256(of: path) }
    return try broadcast(digest)
  }

  /// The SHA-256 of each file, one a line.
  ///
  /// - Throws: as `digest(ofFile:)`.
  /// - Collective: every rank of the group must call it.
  package func digest(ofFiles paths: [String]) throws -> String {
    try paths.map { try digest(ofFile: $0) }.joined(separator: "\n")
  }
}

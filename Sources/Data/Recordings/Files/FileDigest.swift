internal import CCrypto
internal import Collectives
internal import Foundation

/// The SHA-256 of a file's bytes, in lower-case hexadecimal, as `sha256sum` prints it.
///
/// Of a folder it is the digest of the lines that `sha256sum` would print for its files,
/// sorted by name.
///
/// - Throws: `RecordingError` if the file cannot be read.
/// - Complexity: one pass over the file, about 1 to 2 GB/s.
package func sha256(ofFile path: String) throws -> String {
  var isDirectory: ObjCBool = false
  guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
    throw RecordingError.missing("\(path): no such file")
  }
  guard isDirectory.boolValue else {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): cannot be read (permission?)")
    }
    var digest = SHA256()
    while let block = try handle.read(upToCount: 1 << 22), !block.isEmpty { digest.update(block) }
    return digest.finish()
  }
  let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  var digest = SHA256()
  for name in names {
    let file = path + "/" + name
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
      !isFolder.boolValue
    else { continue }
    digest.update(Data("\(try sha256(ofFile: file))  \(name)\n".utf8))
  }
  return digest.finish()
}

/// A digest of the first `length` bytes of a file that the ranks read together: that of the
/// SHA-256 of its blocks of 32 MiB, so it does not depend on the number of ranks.
///
/// - Throws: what reading throws, on every rank alike.
/// - Complexity: each rank reads its share of the file.
/// - Collective: every rank of `group` must call it.
func sharedDigest(
  ofFile path: String, length: Int, on group: borrowing some RankGroup & ~Copyable
) throws -> String {
  let size = 1 << 25
  let blocks = Partition(of: (length + size - 1) / size, among: group.size).range(of: group.rank)
  let own = try group.agree {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): cannot be read")
    }
    try handle.seek(toOffset: UInt64(blocks.lowerBound * size))
    var digests: [UInt8] = []
    for block in blocks {
      var digest = SHA256()
      digest.update(try handle.read(upToCount: min(size, length - block * size)) ?? Data())
      digests += Array(digest.finish().utf8)
    }
    return digests
  }
  var digest = SHA256()
  digest.update(Data(try group.gather(own)))
  return digest.finish()
}

/// A digest under way.
///
/// C: `EVP_DigestInit_ex` and its kin.
@safe struct SHA256: ~Copyable {
  private let context = unsafe EVP_MD_CTX_new()

  init() {
    let code = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
    precondition(code == 1, "libcrypto has no SHA-256")
  }

  mutating func update(_ data: Data) {
    unsafe data.withUnsafeBytes { bytes in
      _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }
  }

  mutating func update(_ span: RawSpan) {
    unsafe span.withUnsafeBytes { bytes in
      _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }
  }

  /// The digest itself, after which nothing is added.
  mutating func bytes() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    _ = unsafe EVP_DigestFinal_ex(context, &bytes, nil)
    return bytes
  }

  mutating func finish() -> String {
    let bytes = bytes()
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  deinit { unsafe EVP_MD_CTX_free(context) }
}

import Collectives
import Foundation
import HDF5
import TestSupport
import Testing

@testable import Results

/// Digests that results and checkpoints hold: their values may never change.
@Suite struct DigestTests {
  @Test func aFileHasTheDigestOfSha256sum() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("abc")
    try "abc".write(toFile: path, atomically: false, encoding: .utf8)
    // FIPS 180-2, appendix B.1.
    #expect(
      try FileDigest.sha256(of: path)
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func aFolderHasTheDigestOfItsList() throws {
    let directory = try TemporaryDirectory()
    let files = FileManager.default
    try files.createDirectory(atPath: directory.file("in"), withIntermediateDirectories: false)
    for name in ["b", "a"] {
      try name.write(toFile: directory.file(name), atomically: false, encoding: .utf8)
    }
    // From the shell: (cd FOLDER && sha256sum a b) | sha256sum.
    #expect(
      try FileDigest.sha256(of: directory.path)
        == "cb13f400dcb618e400d0f7d54f7cdb330d37a07272cb99a1016cda5830a10556")
  }

  /// Of one block: the SHA-256 of the hexadecimal digits of the block's own.
  @Test func blocksHaveADigestOfTheirDigests() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("abcd")
    try "abcd".write(toFile: path, atomically: false, encoding: .utf8)
    // From the shell: printf abc | sha256sum | head -c 64 | sha256sum.
    #expect(
      try FileDigest.ofBlocks(of: path, length: 3, on: SingleRank())
        == "dfe7a23fefeea519e9bbfdd1a6be94c4b2e4529dd6b7cbea83f9959c2621b13c")
  }

  @Test func contentHasTheDigestOfItsRows() throws {
    // From Python: hashlib.sha256 of each number as <q and its values as <d, words summed.
    let rows: [(Int, [Double])] = [(5, [0.5, -1.25]), (6, [3, 1e-3])]
    for order in [rows, rows.reversed()] {
      var digest = ContentDigest()
      for (number, row) in order { digest.add(row.span, number: number) }
      #expect(try digest.finish(on: SingleRank()) == "ecf0dac632921dff327bee8e1497169e")
    }
    #expect(try ContentDigest.of(["a", "b"]) != ContentDigest.of(["ab"]))
    #expect(try ContentDigest.of([1.0, 2.0]) != ContentDigest.of([2.0, 1.0]))
  }
}

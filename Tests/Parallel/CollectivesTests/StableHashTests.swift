import Collectives
import Testing

/// The test vectors of IETF draft-eastlake-fnv.
@Suite struct StableHashTests {
  @Test(
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)])
  func bits64(text: String, hash: UInt64) { #expect(StableHash.bits64(of: text) == hash) }

  @Test(
    arguments: [("", 0x811c_9dc5), ("a", 0xe40c_292c), ("foobar", 0xbf9c_f968)]
      as [(String, UInt32)])
  func bits32(text: String, hash: UInt32) { #expect(StableHash.bits32(of: text) == hash) }
}

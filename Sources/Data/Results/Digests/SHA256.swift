internal import CCrypto
internal import Foundation

/// A SHA-256 under way.
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

internal import Foundation

/// A PNG picture of palette colours, not compressed: weights are close to noise.
struct PNG {
  let width: Int
  let height: Int
  /// A palette entry a pixel, row by row.
  let pixels: [UInt8]
  /// Red, green, blue, opacity.
  let palette: [(UInt8, UInt8, UInt8, UInt8)]

  /// The file's bytes.
  var bytes: [UInt8] {
    precondition(pixels.count == width * height, "\(pixels.count) pixels")
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (width + 1))
    for y in 0..<height {
      rows.append(0)  // No filter on this row.
      rows.append(contentsOf: pixels[(y * width)..<((y + 1) * width)])
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // Eight bits a pixel (8), of a palette (3).
    file += chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 3, 0, 0, 0])
    file += chunk("PLTE", palette.flatMap { [$0.0, $0.1, $0.2] })
    file += chunk("tRNS", palette.map { $0.3 })
    file += chunk("IDAT", stored(rows))
    file += chunk("IEND", [])
    return file
  }

  /// The picture as an address that a page can hold.
  var dataAddress: String { "data:image/png;base64," + Data(bytes).base64EncodedString() }

  private func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(cyclicRedundancyCheck(body)))
  }

  private func bigEndian(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// A zlib stream of blocks that are stored as they are.
  private func stored(_ data: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(data.count, start + 0xFFFF)
      let count = UInt16(end - start)
      stream += [end == data.count ? 1 : 0]
      for part in [count, ~count] {
        stream += [UInt8(truncatingIfNeeded: part), UInt8(part >> 8)]
      }
      stream += data[start..<end]
      start = end
    } while start < data.count
    return stream + bigEndian(Int(adler32(data)))
  }
}

/// The checksum of zlib (RFC 1950).
func adler32(_ data: [UInt8]) -> UInt32 {
  var (a, b): (UInt32, UInt32) = (1, 0)
  for byte in data {
    a = (a + UInt32(byte)) % 65521
    b = (b + a) % 65521
  }
  return b << 16 | a
}

/// The checksum of PNG's chunks: CRC-32 with the reversed polynomial 0xEDB88320.
func cyclicRedundancyCheck(_ data: [UInt8]) -> UInt32 {
  var table = [UInt32](repeating: 0, count: 256)
  for index in table.indices {
    var value = UInt32(index)
    for _ in 0..<8 {
      let isOdd = value & 1 == 1
      value >>= 1
      if isOdd { value ^= 0xEDB8_8320 }
    }
    table[index] = value
  }
  var crc = UInt32.max
  for byte in data {
    let place = Int((crc ^ UInt32(byte)) & 0xFF)
    crc = table[place] ^ (crc >> 8)
  }
  return ~crc
}

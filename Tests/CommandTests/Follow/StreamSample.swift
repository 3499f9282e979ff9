import Foundation

/// Frames as a sender sends them: six cells that swing.
enum StreamSample {
  static let cells = 6

  static func value(_ t: Int, _ i: Int) -> Float {
    Float(0.6 * sin(0.2 * Double(t) * (1 + 0.3 * Double(i)) + Double(i)))
  }

  static func bytes<T: FixedWidthInteger>(_ value: T) -> Data {
    withUnsafeBytes(of: value.littleEndian) { Data($0) }
  }

  /// A frame, with a header or without, where a cell may be missing.
  static func frame(_ t: Int, isFramed: Bool = true, missing: Int? = nil) -> Data {
    var data = Data()
    if isFramed {
      data += Data("GNGF".utf8) + bytes(UInt32(cells)) + bytes(UInt64(t))
      data += bytes((Double(t) * 0.1).bitPattern)
    }
    for i in 0..<cells {
      data += bytes(i == missing ? Float.nan.bitPattern : value(t, i).bitPattern)
    }
    return data
  }

  /// Frames one after another.
  static func frames(
    _ numbers: some Sequence<Int>, isFramed: Bool = true, missing: (Int) -> Int? = { _ in nil }
  ) -> Data {
    numbers.reduce(into: Data()) { $0 += frame($1, isFramed: isFramed, missing: missing($1)) }
  }

  /// What `follow` needs for these frames to be quick about it.
  static let flags = [
    "--warmup", "4", "--window", "50", "--alpha", "0.5", "--lambda", "0.01", "--scale", "none",
  ]
}

/// A FIFO that stays open, so that neither side waits for the other, and there is no end.
struct HeldPipe: ~Copyable {
  private let descriptor: Int32

  init(_ path: String) throws {
    guard mkfifo(path, 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
    descriptor = open(path, O_RDWR)
  }

  deinit { close(descriptor) }

  func send(_ data: Data) throws {
    let sent = data.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    guard sent == data.count else { throw CocoaError(.fileWriteUnknown) }
  }
}

/// Waits until something is so, half a minute at most; whether it is.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + .seconds(30)
  while ContinuousClock.now < deadline {
    if try condition() { return true }
    usleep(20_000)
  }
  return false
}

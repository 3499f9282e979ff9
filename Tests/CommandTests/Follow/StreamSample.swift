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
    frame(
      (0..<cells).map { $0 == missing ? .nan : value(t, $0) }, number: UInt64(t),
      isFramed: isFramed)
  }

  /// A frame of any values, ten a second unless its time is given.
  static func frame(
    _ values: [Float], number: UInt64, time: Double? = nil, isFramed: Bool = true
  ) -> Data {
    var data = Data()
    if isFramed {
      data += Data("GNGF".utf8) + bytes(UInt32(values.count)) + bytes(number)
      data += bytes((time ?? Double(number) * 0.1).bitPattern)
    }
    return values.reduce(into: data) { $0 += bytes($1.bitPattern) }
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

  /// Writes until there is no room left.
  func fill() {
    withoutWaiting { while Foundation.write(descriptor, $0, Self.page) > 0 {} }
  }

  /// Reads until there is nothing left.
  func drain() {
    withoutWaiting { while Foundation.read(descriptor, $0, Self.page) > 0 {} }
  }

  private static let page = 4096

  private func withoutWaiting(_ body: (UnsafeMutableRawPointer) -> Void) {
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    defer { _ = fcntl(descriptor, F_SETFL, flags) }
    var bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: Self.page)
    bytes.withUnsafeMutableBytes { if let first = $0.baseAddress { body(first) } }
  }

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

internal import Foundation
internal import Recordings

/// A frame as a message: a JSON object, then its values as little-endian float32; a topic may
/// stand before both.
///
/// The object has `number` (whole, from 0) and `time` (seconds); `n`, the number of values, and
/// `dtype`, "float32", may be there to be checked.
struct SocketMessage {
  /// What a message is not, in words.
  struct Refusal: Error { let reason: String }

  /// Parts that are looked at: what comes after them is no frame.
  static let mostParts = 4
  /// Bytes of an object.
  private static let mostText = 1 << 16
  /// Brackets in it: a parser that follows each needs a stack as deep.
  private static let mostNested = 64

  let frame: StreamFrame

  /// Reads a message; `cells` are those of frames before, `hasClock` says that times may be left
  /// out.
  ///
  /// - Throws: `Refusal`.
  init(_ parts: [[UInt8]], cells: Int?, hasClock: Bool) throws {
    guard parts.count == 2 || parts.count == 3 else {
      throw Refusal(reason: "\(parts.count) parts, expected an object and values")
    }
    let (text, bytes) = (parts[parts.count - 2], parts[parts.count - 1])
    let opened = text.count { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
    guard text.count <= Self.mostText, opened <= Self.mostNested,
      let object = try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]
    else { throw Refusal(reason: "its last part but one is no JSON object") }
    guard let number = (object["number"] as? NSNumber).flatMap({ UInt64(exactly: $0.doubleValue) })
    else { throw Refusal(reason: "it has no whole number >= 0 as \"number\"") }
    let time = (object["time"] as? NSNumber)?.doubleValue
    guard time?.isFinite ?? hasClock else {
      throw Refusal(reason: "it has no finite \"time\" in seconds, and --rate is not given")
    }
    guard object["dtype"] as? String ?? "float32" == "float32" else {
      throw Refusal(reason: "its dtype is not float32")
    }
    let count = bytes.count / 4
    guard bytes.count % 4 == 0, count > 0, count <= FrameHeader.mostCells else {
      throw Refusal(reason: "\(bytes.count) bytes of values, expected 4 a cell")
    }
    let said = (object["n"] as? NSNumber)?.doubleValue ?? Double(count)
    guard said == Double(count), count == cells ?? count else {
      throw Refusal(reason: "\(count) values, expected \(cells.map(String.init) ?? "\(said)")")
    }
    frame = StreamFrame(
      number: number, time: time, arrival: .now, values: FrameValues.values(of: bytes[...]))
  }
}

internal import Foundation

/// What is asked of a run: a JSON object with `do`, and what belongs to it.
///
/// It is looked at before anything is done with it: its length, its depth, each number.
struct ControlRequest: Equatable, Sendable {
  enum Action: Equatable, Sendable {
    case status, snapshot, stop
    case perturb(cells: [Int], readOut: [Int], amplitude: Double)
  }

  /// What is wrong with a request, in words.
  struct Refusal: Error { let reason: String }

  /// Bytes of a request.
  static let mostBytes = 1 << 16
  private static let mostNested = 8
  /// Candidates at once: frames wait for them.
  static let mostCandidates = 64

  let action: Action

  /// Reads a request; `neurons` bounds the numbers of cells.
  ///
  /// - Throws: `Refusal`.
  init(_ bytes: [UInt8], neurons: Int) throws {
    let opened = bytes.count { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
    guard bytes.count <= Self.mostBytes, opened <= Self.mostNested,
      let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    else { throw Refusal(reason: "it is no JSON object") }
    switch object["do"] as? String {
    case "status": action = .status
    case "snapshot": action = .snapshot
    case "stop": action = .stop
    case "perturb":
      let given = object["amplitude"].map { ($0 as? NSNumber)?.doubleValue ?? .nan }
      let amplitude = given ?? Self.usualAmplitude
      guard abs(amplitude) <= Self.mostAmplitude else {
        throw Refusal(reason: "\"amplitude\" is beyond 2, the range of scaled rates")
      }
      action = .perturb(
        cells: try Self.cells("cells", of: object, atMost: Self.mostCandidates, neurons: neurons),
        readOut: try Self.cells("read_out", of: object, atMost: neurons, neurons: neurons),
        amplitude: amplitude)
    default:
      throw Refusal(reason: "\"do\" is none of status, snapshot, stop and perturb")
    }
  }

  /// In scaled rates, which lie between −1 and 1.
  private static let usualAmplitude = 0.5
  private static let mostAmplitude = 2.0

  private static func cells(
    _ key: String, of object: [String: Any], atMost most: Int, neurons: Int
  ) throws -> [Int] {
    let numbers = (object[key] as? [NSNumber])?.map(\.doubleValue) ?? []
    let cells = numbers.compactMap { Int(exactly: $0) }.filter { (0..<neurons).contains($0) }
    guard !cells.isEmpty, cells.count == numbers.count, cells.count <= most else {
      throw Refusal(
        reason: "\"\(key)\" needs 1 to \(most) numbers of cells, from 0 to \(neurons - 1)")
    }
    return cells
  }
}

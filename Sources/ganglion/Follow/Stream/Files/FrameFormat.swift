internal import Collectives
internal import Foundation
internal import Recordings

/// How a file holds one frame, by its ending.
enum FrameFormat: String {
  /// A NumPy array of as many numbers as there are cells.
  case npy
  /// Bare float32, little-endian.
  case raw = "f32"
  /// A line of numbers, below a line of names or not.
  case text = "csv"

  /// Characters of a number in a text, at most.
  private static let textOfNumber = 64

  /// The values of a frame; NaN where one is missing.
  ///
  /// - Throws: `RecordingError`, `CommandLineError` (65, 66) where it holds no frame.
  func values(in path: String) throws -> [Double] {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "cannot read \(path): \(lastSystemError())")
    }
    guard status.st_size <= Self.textOfNumber * FrameHeader.mostCells else {
      throw CommandLineError.badStream(
        "\(path) has \(status.st_size) bytes, more than a frame of \(FrameHeader.mostCells) cells")
    }
    let values =
      switch self {
      case .npy: try arrayOfNumPy(path)
      case .raw: try bareNumbers(Self.contents(of: path), path)
      case .text: try lastLine(Self.contents(of: path), path)
      }
    guard !values.isEmpty, values.count <= FrameHeader.mostCells else {
      throw CommandLineError.badStream(
        "\(path) has \(values.count) values, expected 1 to \(FrameHeader.mostCells)")
    }
    return values.map { $0.isFinite ? $0 : .nan }
  }

  private static func contents(of path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "cannot read \(path): \(lastSystemError())")
    }
    return [UInt8](data)
  }

  private func arrayOfNumPy(_ path: String) throws -> [Double] {
    let array = try NPYNumbers(path, atMost: FrameHeader.mostCells)
    guard array.shape.count(where: { $0 != 1 }) <= 1 else {
      throw CommandLineError.badStream(
        "\(path) has shape \(array.shape), expected one frame: a number a cell")
    }
    return array.values
  }

  private func bareNumbers(_ bytes: [UInt8], _ path: String) throws -> [Double] {
    guard bytes.count.isMultiple(of: 4) else {
      throw CommandLineError.badStream("\(path) has \(bytes.count) bytes, expected 4 a cell")
    }
    return FrameValues.values(of: bytes[...])
  }

  private func lastLine(_ bytes: [UInt8], _ path: String) throws -> [Double] {
    let lines = String(decoding: bytes, as: UTF8.self).split { $0.isNewline }
    guard let line = lines.last, lines.count <= 2 else {
      throw CommandLineError.badStream(
        "\(path) has \(lines.count) lines, expected one of numbers, below names or not")
    }
    return try TableFrames.values(of: Array(line.utf8), in: path)
  }
}

internal import Collectives
internal import Foundation
internal import Results
internal import Tasks

extension TrainCommand {
  /// The images of the four IDX files in a folder: training set first, then the test set.
  ///
  /// `content` gets their digest where a checkpoint will ask for it.
  func digits(content: inout [String: String]) throws -> Digits {
    let folder = URL(fileURLWithPath: taskOptions.data ?? ".")
    func file(_ name: String, magic: UInt32) throws -> (counts: [Int], bytes: [UInt8]) {
      let path = folder.appendingPathComponent(name).path
      guard let data = FileManager.default.contents(atPath: path) else {
        throw CommandLineError(
          exitCode: ExitCode.missingInput,
          description: "\(path): no such file; mnist wants the uncompressed IDX files")
      }
      let bytes = [UInt8](data)
      func word(_ i: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[4 * i + $1]) }
      }
      let dimensions = Int(magic & 0xff)
      guard bytes.count >= 4 + 4 * dimensions, word(0) == magic else {
        throw CommandLineError(
          exitCode: ExitCode.badData,
          description: "\(path): not an IDX file of \(dimensions) dimensions (is it compressed?)")
      }
      let counts = (1...dimensions).map { Int(word($0)) }
      let body = Array(bytes[(4 + 4 * dimensions)...])
      guard body.count == counts.reduce(1, *) else {
        throw CommandLineError(
          exitCode: ExitCode.badData,
          description: "\(path): \(body.count) bytes, expected \(counts.reduce(1, *))")
      }
      return (counts, body)
    }
    let images = try file("train-images-idx3-ubyte", magic: 0x803)
    let labels = try file("train-labels-idx1-ubyte", magic: 0x801)
    let testImages = try file("t10k-images-idx3-ubyte", magic: 0x803)
    let testLabels = try file("t10k-labels-idx1-ubyte", magic: 0x801)
    guard images.counts[0] == labels.counts[0], testImages.counts[0] == testLabels.counts[0],
      images.counts.dropFirst() == testImages.counts.dropFirst(), !testLabels.bytes.isEmpty
    else {
      throw CommandLineError(
        exitCode: ExitCode.badData,
        description: "\(folder.path): images and labels do not match in number or size")
    }
    if checkpointing.checkpoint != nil {
      content["content of the images"] = try ContentDigest.of(
        images.bytes + labels.bytes + testImages.bytes + testLabels.bytes)
    }
    return Digits(
      images: images.bytes + testImages.bytes, labels: labels.bytes + testLabels.bytes,
      trained: labels.bytes.count, hidden: taskOptions.hidden ?? 128)
  }
}

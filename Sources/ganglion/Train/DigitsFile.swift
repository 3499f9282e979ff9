internal import Collectives
internal import Foundation
internal import Results
internal import Tasks

extension TrainCommand {
  /// The images of the four IDX files in a folder: training set first, then the test set.
  ///
  /// `content` gets their digest where a checkpoint will ask for it.
  func digits(content: inout [String: String]) throws -> Digits {
    let folder = DigitsFolder(path: taskOptions.data ?? ".")
    try folder.check()
    let training = try folder.set("train")
    let test = try folder.set("t10k")
    guard training.size == test.size else {
      throw folder.bad(
        "images of \(training.size.map(String.init).joined(separator: " x ")) pixels to train on,"
          + " and of \(test.size.map(String.init).joined(separator: " x ")) to test with")
    }
    guard training.labels.count >= 2 else {
      throw folder.bad("\(training.labels.count) training images, expected at least 2")
    }
    let digits = Digits(
      images: training.images + test.images, labels: training.labels + test.labels,
      training: training.labels.count, hidden: taskOptions.units(of: .mnist))
    if checkpointing.checkpoint != nil {
      content["content of the images"] = try ContentDigest.of(
        training.images + training.labels + test.images + test.labels)
      content["images held out"] = String(digits.heldOut)
    }
    return digits
  }
}

/// The folder of the four IDX files of MNIST and its kin.
private struct DigitsFolder {
  let path: String

  /// Images, row by row of bytes, with their labels.
  struct Images {
    /// Rows and columns of an image.
    let size: [Int]
    let images: [UInt8]
    let labels: [UInt8]
  }

  private static let names = ["train", "t10k"].flatMap { [images(of: $0), labels(of: $0)] }
  private static func images(of set: String) -> String { "\(set)-images-idx3-ubyte" }
  private static func labels(of set: String) -> String { "\(set)-labels-idx1-ubyte" }

  /// Says what is missing before anything is read.
  ///
  /// - Throws: `CommandLineError`, 66.
  func check() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { throw missing("--data \(path): no such folder") }
    let found = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
    let absent = Self.names.filter { !found.contains($0) }
    guard !absent.isEmpty else { return }
    let packed = absent.filter { found.contains("\($0).gz") }
    throw missing(
      packed.isEmpty
        ? "--data \(path) has no \(absent.joined(separator: ", ")): mnist wants the four IDX files"
          + " of MNIST, or of a set like it, uncompressed"
        : "--data \(path): \(packed.joined(separator: ", ")) compressed: gunzip \(path)/*.gz")
  }

  /// One set of images and labels.
  ///
  /// - Throws: `CommandLineError`, 65 for files that hold something else.
  func set(_ name: String) throws -> Images {
    let images = try file(Self.images(of: name), magic: 0x803)
    let labels = try file(Self.labels(of: name), magic: 0x801)
    guard images.counts[0] == labels.counts[0], images.counts[0] > 0 else {
      throw bad(
        "\(Self.images(of: name)) has \(images.counts[0]) images,"
          + " \(Self.labels(of: name)) \(labels.counts[0]) labels: expected as many, and some")
    }
    guard images.counts[1] * images.counts[2] > 0 else {
      throw bad("the images of \(Self.images(of: name)) have no pixels")
    }
    if let i = labels.bytes.firstIndex(where: { $0 > 9 }) {
      throw bad(
        "\(Self.labels(of: name)): label \(i) is \(labels.bytes[i]), expected a digit 0 to 9")
    }
    return Images(
      size: Array(images.counts[1...]), images: images.bytes, labels: labels.bytes)
  }

  private func file(_ name: String, magic: UInt32) throws -> (counts: [Int], bytes: [UInt8]) {
    let place = URL(fileURLWithPath: path).appendingPathComponent(name).path
    guard let data = FileManager.default.contents(atPath: place) else {
      throw missing("\(place) cannot be read")
    }
    let bytes = [UInt8](data)
    func word(_ i: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[4 * i + $1]) }
    }
    let dimensions = Int(magic & 0xff)
    guard bytes.count >= 4 + 4 * dimensions, word(0) == magic else {
      throw bad("\(name) is no IDX file of bytes in \(dimensions) dimensions (is it compressed?)")
    }
    let counts = (1...dimensions).map { Int(word($0)) }
    let body = Array(bytes[(4 + 4 * dimensions)...])
    // Three counts of 32 bits overflow an Int: compare as floating-point numbers.
    guard Double(body.count) == counts.reduce(1.0, { $0 * Double($1) }) else {
      throw bad(
        "\(name) has \(body.count) bytes after its head, which announces "
          + counts.map(String.init).joined(separator: " x "))
    }
    return (counts, body)
  }

  func bad(_ text: String) -> CommandLineError {
    CommandLineError(exitCode: ExitCode.badData, description: "--data \(path): \(text)")
  }

  private func missing(_ text: String) -> CommandLineError {
    CommandLineError(exitCode: ExitCode.missingInput, description: text)
  }
}

internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI

/// A dataset of an HDF5 file, as `FILE:PATH`.
struct DatasetAddress: ExpressibleByArgument {
  let text: String
  let file: String
  let path: String

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":") else { return nil }
    text = argument
    file = String(argument[..<colon])
    path = String(argument[argument.index(after: colon)...])
    guard !file.isEmpty, !path.isEmpty else { return nil }
  }

  /// Some rows of a square dataset of order `order`.
  ///
  /// - Collective: every rank of `world` must call it.
  func rows(
    _ rows: Range<Int>, of order: Int, on world: borrowing Communicator
  ) throws -> Matrix<Float> {
    try requireShape([order, order], numeric: true, on: world)
    let file = try File.open(file, on: world)
    return try file.openDataset(path)
      .readBlock(rows: rows, columns: 0..<order, of: Float.self)
  }

  /// All numbers of a vector.
  ///
  /// - Collective: every rank of `world` must call it.
  func numbers(count: Int, on world: borrowing Communicator) throws -> [Double] {
    try requireShape([count], numeric: true, on: world)
    let file = try File.open(file, on: world)
    return try file.openDataset(path).read(Double.self)
  }

  /// All entries of a vector of text or integers, as text.
  ///
  /// - Collective: every rank of `world` must call it.
  func labels(count: Int, on world: borrowing Communicator) throws -> [String] {
    try requireShape([count], numeric: false, on: world)
    let file = try File.open(file, on: world)
    let dataset = try file.openDataset(path)
    if case .string = dataset.type { return try dataset.readStrings() }
    return try dataset.read(Int.self).map(String.init)
  }

  /// Names this dataset in an error about its values.
  func blame<R>(_ body: () throws(ConstraintError) -> R) throws(CommandLineError) -> R {
    do {
      return try body()
    } catch {
      throw CommandLineError(exitCode: ExitCode.badData, description: "\(text): \(error)")
    }
  }

  /// Refuses what is not there (66), or is no dataset of an HDF5 file (65), and lets `check` look at it.
  ///
  /// - Throws: on every rank alike, `CommandLineError`, and what `check` throws on rank 0.
  /// - Collective: every rank of `world` must call it.
  func require(
    on world: borrowing Communicator, _ check: (borrowing Dataset) throws -> Void
  ) throws {
    try world.agreeOnRoot {
      guard FileManager.default.fileExists(atPath: file) else {
        throw refusal(ExitCode.missingInput, "there is no file \(file)")
      }
      guard File.isHDF5(file) else { throw refusal(ExitCode.badData, "\(file) is not HDF5") }
      let opened = try File.open(file)
      guard case .dataset? = try opened.kind(of: path) else {
        throw refusal(ExitCode.missingInput, "\(file) has no dataset \(path)")
      }
      let dataset = try opened.openDataset(path)
      try check(dataset)
      try dataset.requireSources()
    }
  }

  /// Names this dataset in an error about it.
  func refusal(_ code: Int32, _ reason: String) -> CommandLineError {
    CommandLineError(exitCode: code, description: "\(text): \(reason)")
  }

  /// Refuses what is not there (66), or of another shape or type (65).
  private func requireShape(
    _ expected: [Int], numeric: Bool, on world: borrowing Communicator
  ) throws {
    try require(on: world) { dataset in
      guard dataset.shape == expected else {
        throw refusal(
          ExitCode.badData,
          "has shape \(dataset.shape), but the recording needs \(expected)")
      }
      let fits: Bool
      switch dataset.type {
      case .string, .integer: fits = !numeric || dataset.type.isNumeric
      default: fits = numeric && dataset.type.isNumeric
      }
      guard fits else {
        throw refusal(
          ExitCode.badData,
          "holds \(dataset.type), not \(numeric ? "numbers" : "text or integers")")
      }
    }
  }
}

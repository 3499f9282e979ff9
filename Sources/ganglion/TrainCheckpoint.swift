internal import Collectives
internal import Foundation
internal import Training

/// The state of a training run in a file: a binary property list, exact to the bit.
struct TrainCheckpoint: Codable {
  /// The settings of the run, as JSON: another run's checkpoint is refused.
  let settings: String
  let state: TrainState

  /// Writes under a temporary name, then renames; the previous file is kept as `….previous`.
  ///
  /// - Collective: every rank of `world` must call it; the first one writes.
  func write(to path: String, on world: borrowing some RankGroup & ~Copyable) throws {
    try world.agreeOnRoot {
      let encoder = PropertyListEncoder()
      encoder.outputFormat = .binary
      let temporary = path + ".partial"
      let files = FileManager.default
      do {
        try encoder.encode(self).write(to: URL(fileURLWithPath: temporary))
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: temporary))
        try handle.synchronize()
        try handle.close()
        if files.fileExists(atPath: path) {
          try? files.removeItem(atPath: path + ".previous")
          try files.moveItem(atPath: path, toPath: path + ".previous")
        }
        try files.moveItem(atPath: temporary, toPath: path)
      } catch {
        throw CommandLineError(
          exitCode: ExitCode.inputOutput,
          description: "checkpoint \(path) cannot be written: \(error.localizedDescription)")
      }
    }
  }

  /// The state to resume from; nil if there is no such file.
  ///
  /// - Collective: every rank of `world` must call it; the first one reads.
  static func read(
    _ path: String, settings: String, on world: borrowing some RankGroup & ~Copyable
  ) throws -> TrainState? {
    var bytes: [UInt8] = []
    try world.agreeOnRoot {
      guard let data = FileManager.default.contents(atPath: path) else { return }
      guard let found = try? PropertyListDecoder().decode(TrainCheckpoint.self, from: data) else {
        throw CommandLineError(
          exitCode: ExitCode.badData,
          description: "\(path) is not a checkpoint; remove it, or use \(path).previous")
      }
      guard found.settings == settings else {
        throw CommandLineError(
          exitCode: ExitCode.configuration,
          description: """
            \(path) belongs to a run with other settings; give --resume none to start anew, or \
            the settings it has: \(found.settings)
            """)
      }
      bytes = [UInt8](data)
    }
    let count = try world.broadcast(bytes.count)
    guard count > 0 else { return nil }
    if world.rank != 0 { bytes = [UInt8](repeating: 0, count: count) }
    try world.broadcast(&bytes)
    return try PropertyListDecoder().decode(TrainCheckpoint.self, from: Data(bytes)).state
  }
}

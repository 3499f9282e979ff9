internal import Collectives
internal import Foundation
internal import HDF5
internal import MPI
internal import Results

/// What a training, or a comparison of trainings, keeps of itself, in a file as that of a fit:
/// whole or not there, and the one before beside it.
struct TrainCheckpoint<State: Codable> {
  let file: CheckpointFile

  /// Writes the state, which all ranks have alike.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(_ state: State, on world: borrowing Communicator) throws {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    // Exact to the bit, unlike JSON.
    let bytes = world.rank == 0 ? [UInt8](try encoder.encode(state)) : []
    let count = try world.broadcast(bytes.count)
    try file.write(on: world) { file in
      let dataset = try file.createDataset("state", shape: [count], of: UInt8.self)
      try dataset.write(bytes, at: world.rank == 0 ? 0 : count)
      try dataset.close()
    }
  }

  /// The newest whole state, and notes for the user.
  ///
  /// - Throws: `RecordingError` (exit code 78) if it is of a run with other settings.
  /// - Collective: every rank of `world` must call it.
  func read(on world: borrowing Communicator) throws -> (state: State?, notes: [String]) {
    let found = try file.read(on: world) { file in
      let bytes = try file.openDataset("state").read(UInt8.self)
      return try PropertyListDecoder().decode(State.self, from: Data(bytes))
    }
    return (found.value, found.notes)
  }
}

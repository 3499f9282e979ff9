internal import Collectives
internal import Foundation
internal import HDF5
internal import MPI
internal import Results

/// What a training, or a comparison of trainings, keeps of itself, in a file as that of a fit:
/// whole or not there, and the one before beside it.
struct TrainCheckpoint<State: Codable> {
  let file: CheckpointFile

  /// The checkpoint that a command asks for; nil where it asks for none.
  ///
  /// - Throws: `CommandLineError` (64) for a setting that is not finite.
  init?(_ command: TrainCommand, _ record: Settings, content: [String: String]) throws {
    // A setting that cannot be written down is told before the work, kept or not.
    let identity = try command.identity(record, content: content)
    guard let path = command.checkpointing.checkpoint else { return nil }
    file = CheckpointFile(path: path, identity: identity)
  }

  /// The state of an earlier run to go on from, which the user is told `place` of; nil where there
  /// is none, or none is wanted.
  ///
  /// - Throws: `RecordingError` (exit code 78) if it is of a run with other settings.
  /// - Collective: every rank of `world` must call it.
  func resume(
    _ options: CheckpointOptions, _ console: Console, on world: borrowing Communicator,
    place: (State) -> String
  ) throws -> State? {
    guard options.resumes else { return nil }
    let found = try read(on: world)
    for note in found.notes { console.say("note: \(note)") }
    if let state = found.state { console.say("resuming \(file.path) \(place(state))") }
    return found.state
  }

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
  private func read(on world: borrowing Communicator) throws -> (state: State?, notes: [String]) {
    let found = try file.read(on: world) { file in
      let bytes = try file.openDataset("state").read(UInt8.self)
      return try PropertyListDecoder().decode(State.self, from: Data(bytes))
    }
    return (found.value, found.notes)
  }
}

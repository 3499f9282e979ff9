internal import ArgumentParser
internal import Collectives
internal import MPI
internal import Recordings
internal import Results

/// `ganglion inspect`: what a file holds, and which flags would select what.
struct InspectCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Lists what a recording holds, with the fit command for each candidate.",
    discussion: """
      Reads HDF5 (NWB 2.x, MATLAB v7.3, CaImAn, Chen 2018 and plain), NPY, CSV, JSON lists, \
      Suite2p folders and records of `ganglion follow`. Each candidate is read once, for its range and missing values.

      Examples:
        ganglion inspect mouse.nwb
        ganglion inspect mouse.nwb --json
      """)

  @Argument(help: "The file, or the folder of a Suite2p plane.") var recording: String
  @Flag(help: "Print a JSON list of the candidates.") var json = false
  @Flag(help: "List all objects of the file, not the first 60.") var all = false
  @OptionGroup(title: "Run") var common: CommonOptions

  var files: FileRoles { FileRoles() }

  func run(on world: borrowing Communicator) throws { try show(leadsOn: !json, on: world) }

  /// Prints what the file holds, and with `leadsOn` the command that is next.
  ///
  /// - Throws: `RecordingError` (65) where nothing could be fitted.
  /// - Collective: every rank of `world` must call it; rank 0 alone reads.
  func show(leadsOn: Bool, on world: borrowing Communicator) throws {
    let console = Console(rank: world.rank, quiet: false)
    try world.agreeOnRoot {
      let inspection = try inspect(recording)
      console.say(
        json ? try inspection.json() : inspection.text(limit: all ? .max : 60))
      if let command = inspection.candidates.lazy.compactMap(\.command).first {
        if leadsOn { console.say("\nnext: \(command)") }
        return
      }
      let reason =
        inspection.candidates.first?.problem ?? inspection.problem ?? "no 2-D dataset of numbers"
      throw RecordingError.badData("\(recording): nothing that could be fitted: \(reason)")
    }
  }
}

internal import ArgumentParser
internal import Foundation
internal import MPI
internal import Recordings
internal import Results
internal import Wording

/// `ganglion follow`: the network of the brain while it is recorded.
struct FollowCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "follow", abstract: "Refits a network while frames arrive.",
    discussion: """
      The first --warmup seconds choose scale, leak and ridge as `ganglion fit` does. After that \
      each frame scores what was expected of it, moves the weights by one exact step, and gives a \
      forecast; in the time that is left the weights of a few neurons at a time are refined on \
      the whole window. Where time is short the refinement gives way, then the longer forecast, \
      never a frame. MODEL has the layout of `ganglion fit`; it is written anew every --snapshot \
      seconds, and is whole at any time.

      SIGINT, SIGTERM, SIGUSR1 and a file named STOP in the working directory end it once it has \
      taken what has come, with exit code 75; --duration and the end of the source with 0. With \
      --record and --resume the same command goes on, also after a kill.

      Examples:
        ganglion follow recording.nwb --replay 30 -o model.h5 --log run.jsonl
        ganglion follow frames --framed -o model.h5 --forecast-out forecasts.jsonl
        ganglion follow frames --framed -o model.h5 --record frames.gngf --resume
      """)

  @Argument(
    help: """
      A recording, with --replay; - (standard input) or a FIFO with frames of little-endian \
      float32, with --framed or with --cells and --rate; a .csv, .tsv or .txt table that grows by a \
      line a frame, FILE.h5:/PATH, a dataset (time, cell) that grows under SWMR, or 'DIR/*.npy', \
      'DIR/*.f32' or 'DIR/*.csv', a folder into which files are renamed, a frame each, with its \
      number in the name; all with --rate, but for a table with a column of times; \
      tcp://HOST:PORT or ipc://PATH, messages of ZeroMQ that are published there, or pull+tcp://... \
      that are pushed there: each a JSON object with "number" and "time", then float32.
      """)
  var source: String
  @Option(name: .shortAndLong, help: "The model that is kept up to date (HDF5).")
  var output: String

  @OptionGroup(title: "Stream") var stream: StreamOptions
  @OptionGroup(title: "What to read") var reading: TraceOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Following") var following: FollowingOptions
  @OptionGroup(title: "Outputs") var outputs: FollowOutputs
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try reading.validate()
    try model.validate()
    try require(
      [.crossentropy, .noiseAware, .robust, .auto].contains(model.loss),
      "--loss \(model.loss.rawValue) cannot be followed: it needs crossentropy, noise-aware, robust"
        + " or auto")
    try stream.validate()
    try following.validate()
    try outputs.validate(anyHost: stream.anyHost)
    if kind != .recording, kind != .table { try outputs.requireNumbers() }
    switch kind {
    case .recording: try require(source != "-", "--replay is for a recording, and the source is -")
    case .socket: try validateSocket()
    case .framed, .raw, .table, .dataset, .folder: break
    }
  }

  private func validateSocket() throws {
    guard let socket = SocketAddress(argument: source) else {
      throw ValidationError(
        "\(source) is no address: give tcp://HOST:PORT or ipc://PATH, with pull+ before it where"
          + " frames are pushed")
    }
    try require(
      !stream.bind || stream.anyHost || SocketAddress.isLocal(socket.address),
      "\(socket.address) is open to other machines, and whoever reaches it can send frames: bind"
        + " tcp://127.0.0.1:PORT, or give --any-host")
  }

  var files: FileRoles {
    var files = FileRoles()
    switch kind {
    case .recording, .table: files.read(source, as: "the recording")
    case .dataset: files.read(DatasetAddress(argument: source)?.file, as: "the recording")
    case .framed, .raw, .folder, .socket: break
    }
    files.read(common.config, as: "--config")
    files.write(output, as: "-o", .result(of: "follow"))
    files.write(stream.record, as: "--record", .frames(goesOn: stream.resume))
    files.write(outputs.log, as: "--log", .log)
    files.write(outputs.page, as: "--page", .page)
    files.write(outputs.forecastFile, as: "--forecast-out", .log)
    return files
  }

  func run(on world: borrowing Communicator) throws {
    try requireSource(on: world)
    try FollowRun(self, on: world).run(on: world)
  }
}

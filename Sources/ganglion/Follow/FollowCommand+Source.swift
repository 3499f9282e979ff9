internal import Collectives
internal import Foundation
internal import MPI
internal import Recordings

extension FollowCommand {
  /// The source, as a person calls it.
  var sourceName: String { source == "-" ? "standard input" : source }

  /// What frames are waited for of; a --bind that was forgotten looks as a silent sender does.
  var awaitedSource: String {
    guard kind == .socket else { return sourceName }
    return sourceName
      + (stream.bind ? ", where senders connect" : ", to which this connects (else give --bind)")
  }

  /// What the source is, as its name and the flags say.
  enum Kind {
    case recording, framed, raw, table, dataset, folder, socket
  }

  var kind: Kind {
    if stream.replay != nil { return .recording }
    if source.contains("://") { return .socket }
    if NumberedFiles.Pattern(argument: source) != nil { return .folder }
    if source.contains(":/") { return .dataset }
    let ending = (source as NSString).pathExtension.lowercased()
    if ["csv", "tsv", "txt"].contains(ending) { return .table }
    return stream.framed ? .framed : .raw
  }

  /// Refuses a source that is not there, and then one of which it is not said how it is read: no
  /// flag helps what is not there.
  ///
  /// - Throws: on every rank alike, `CommandLineError` (64, 66).
  /// - Collective: every rank of `world` must call it, rank 0 alone looks.
  func requireSource(on world: borrowing Communicator) throws {
    try world.agreeOnRoot { try requirePlace() }
    switch kind {
    case .recording, .framed, .socket: return
    case .raw, .table, .dataset, .folder:
      guard kind != .raw || stream.cells != nil else {
        throw CommandLineError.usage(
          "frames without headers do not say how long they are: give --cells N (or --framed, or"
            + " --replay RATE for a recording)")
      }
      // A table may have a column of times.
      guard kind == .table || reading.dt != nil || reading.rate != nil else {
        throw CommandLineError.usage(
          "\(source): these frames have no clock: give --rate HZ or --dt S")
      }
    }
  }

  private func requirePlace() throws {
    switch kind {
    // It is opened with care before anything else is done.
    case .recording: return
    case .framed, .raw: if source != "-" { try requirePipe() }
    case .table:
      guard try fileType(of: source) != S_IFDIR else { throw isFolder }
    case .dataset:
      if let address = DatasetAddress(argument: source) { _ = try fileType(of: address.file) }
    case .folder:
      guard let pattern = NumberedFiles.Pattern(argument: source) else { return }
      guard try fileType(of: pattern.folder) == S_IFDIR else {
        throw CommandLineError(
          exitCode: ExitCode.missingInput, description: "\(pattern.folder) is no folder")
      }
    case .socket:
      // A socket may come later, the folder that it would be in does not.
      guard let path = SocketAddress(argument: source)?.path else { return }
      let folder = (path as NSString).deletingLastPathComponent
      _ = try fileType(of: folder.isEmpty ? "." : folder)
    }
  }

  private func requirePipe() throws {
    switch try fileType(of: source) {
    case S_IFIFO: return
    case S_IFDIR: throw isFolder
    default:
      throw CommandLineError.usage(
        "\(source) is no FIFO: give --replay RATE or --replay max to follow a recording; what grows"
          + " while it is followed is a .csv table, FILE.h5:/PATH, or a pipe")
    }
  }

  private var isFolder: CommandLineError {
    .usage("\(source) is a folder: give '\(source)/*.npy', '*.f32' or '*.csv' for its files")
  }

  /// What a path leads to.
  ///
  /// - Throws: `CommandLineError` (66) if it leads to nothing.
  private func fileType(of path: String) throws -> mode_t {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "\(path): \(lastSystemError())")
    }
    return status.st_mode & S_IFMT
  }
}

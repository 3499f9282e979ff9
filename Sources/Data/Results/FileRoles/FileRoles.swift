package import Collectives
internal import Foundation
internal import Recordings

/// What a command reads and what it writes, by the flags that name it.
///
/// A command declares its files, and `require` refuses before any work what would lose some:
/// a file that is read and written, or written twice, and one that exists and is not what
/// the command writes there. Links, relative paths and several names of one file are seen
/// through, and so is what a file reads itself: the recordings that a model was fitted to,
/// and the targets of external links.
///
/// ```
/// var files = FileRoles()
/// files.read(recordings, as: "the recording")
/// files.write(output, as: "-o", .result(of: "fit"))
/// try files.require(on: world)
/// ```
package struct FileRoles: Sendable {
  private struct Input {
    let path: String
    let flag: String
  }

  private struct Output {
    let path: String
    let flag: String
    let kind: OutputKind
    /// A checkpoint's predecessor, which the user did not name.
    var isImplied = false
    /// As the user gave it.
    var words: String { "\(flag) \(path)" }
  }

  private var inputs: [Input] = []
  private var outputs: [Output] = []

  package init() {}

  /// Declares files, or folders with their files, that are read if they are named.
  package mutating func read(_ paths: [String?], as flag: String) {
    inputs += paths.compactMap { $0 }.map { Input(path: $0, flag: flag) }
  }

  /// Declares a file, or a folder with its files, that is read if it is named.
  package mutating func read(_ path: String?, as flag: String) { read([path], as: flag) }

  /// Declares a file that is written if it is named.
  package mutating func write(_ path: String?, as flag: String, _ kind: OutputKind) {
    guard let path else { return }
    outputs.append(Output(path: path, flag: flag, kind: kind))
    guard kind == .checkpoint, !path.isEmpty else { return }
    outputs.append(
      Output(path: CheckpointFile.previous(of: path), flag: flag, kind: kind, isImplied: true))
  }

  /// Checks that the files can have these roles.
  ///
  /// - Throws: on every rank alike, `RecordingError` or `AgreedError`: 64 for a file of two
  ///   roles, an empty name, and a file that is not what would replace it; 73 where no such
  ///   file can be created.
  /// - Collective: every rank of `group` must call it, rank 0 alone looks.
  package func require(on group: borrowing some RankGroup & ~Copyable) throws {
    guard !outputs.isEmpty else { return }
    try group.agreeOnRoot {
      for output in outputs where output.path.isEmpty {
        throw RecordingError.usage("\(output.flag) is empty: give a file name")
      }
      try requireOneRoleEach()
      for output in outputs {
        try requireKind(output)
        try requirePlace(output)
      }
    }
  }

  private func requireOneRoleEach() throws {
    var written: [FileIdentity: Output] = [:]
    for output in outputs {
      guard let identity = FileIdentity(output.path) else { continue }
      if let other = written[identity] {
        throw RecordingError.usage(
          "\(other.words) and \(output.words) are one file: choose another name")
      }
      written[identity] = output
    }
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
      guard let output = FileIdentity(descriptor: descriptor).flatMap({ written[$0] }) else {
        continue
      }
      let stream = descriptor == STDOUT_FILENO ? "standard output" : "standard error"
      throw RecordingError.usage(
        "\(output.words) is where \(stream) goes: choose another name")
    }
    // What is not there yet is not read; then nobody need look into what is.
    guard outputs.contains(where: { FileStatus($0.path) != nil }) else { return }
    for input in inputs {
      for source in ReadFiles(input.path).all {
        guard let output = FileIdentity(source).flatMap({ written[$0] }) else { continue }
        let through = source == input.path ? "" : " for \(input.path)"
        let deed = output.kind == .log ? "would be written into" : "would replace"
        throw RecordingError.usage(
          "\(output.words) \(deed) \(source), which is read\(through) (\(input.flag)): choose"
            + " another name")
      }
    }
  }

  private func requireKind(_ output: Output) throws {
    guard let status = FileStatus(output.path), status.kind == .regular, status.size > 0,
      !output.kind.recognises(output.path)
    else { return }
    let place =
      output.isImplied ? "\(output.path), where --checkpoint keeps the one before," : output.words
    throw RecordingError.usage(
      "\(place) exists and is not \(output.kind.words): choose another name, or remove the file"
        + " if you do not need it")
  }

  private func requirePlace(_ output: Output) throws {
    guard output.kind == .log, let status = FileStatus(output.path) else {
      return try OutputPlace(output.path).requireWritable()
    }
    // A log only grows, so that it may be a stream, too.
    guard [.regular, .characterDevice, .pipe].contains(status.kind) else {
      throw RecordingError.cannotCreate(
        "cannot write the log \(output.path): it is \(status.kind.words)")
    }
    // Whoever reads a pipe would take this trial for its end.
    guard status.kind != .pipe else { return }
    let descriptor = unsafe open(output.path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw RecordingError.cannotCreate(
        "cannot write the log \(output.path): \(systemError())")
    }
    close(descriptor)
  }
}

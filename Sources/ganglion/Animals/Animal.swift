internal import Collectives
internal import Foundation
internal import Results
internal import Rivals
internal import Wording

/// One of many recordings, each of which is fitted by itself.
struct Animal {
  let name: String
  let recording: String
  let folder: String

  var model: String { file("-model.h5") }
  /// How its last fit ended.
  var record: String { file("-fit.json") }
  var checkpoint: String { model + ".checkpoint" }
  /// What a stopped fit has left, and before that.
  var checkpoints: [String] { [checkpoint, CheckpointFile.previous(of: checkpoint)] }
  var log: String { model + ".jsonl" }

  private func file(_ ending: String) -> String {
    (folder as NSString).appendingPathComponent(name + ending)
  }

  /// The animals by the names of their files; with those of their folders before, where files are
  /// called alike.
  ///
  /// - Throws: `CommandLineError` (64) where that does not tell them apart.
  static func all(of recordings: [String], in folder: String) throws -> [Animal] {
    func names(_ parts: Int) -> [String] {
      recordings.map {
        let url = URL(fileURLWithPath: $0)
        return url.deletingPathExtension().pathComponents.suffix(parts).joined(separator: "-")
      }
    }
    var seen: Set<String> = []
    let short = names(1)
    let isShort = Set(short).count == short.count
    return try zip(isShort ? short : names(2), recordings).map { name, recording in
      guard seen.insert(name).inserted else {
        throw CommandLineError.usage(
          "two animals are called \(name), the second \(recording): results would have one name;"
            + " rename a file or its folder")
      }
      return Animal(name: name, recording: recording, folder: folder)
    }
  }

  /// The fit of it by the flags that say what it is, and how it is run.
  ///
  /// Rivals keep no checkpoint; `minutes` is the time that it may take, if there is a limit.
  ///
  /// - Throws: `CommandLineError` for flags that are wrong.
  func fit(
    _ flags: [String], _ common: CommonOptions, _ method: MethodOptions, minutes: Double? = nil
  ) throws -> TypedCommand<FitCommand> {
    let threads = common.threads.fixed.map { ["--threads", "\($0)"] } ?? []
    return try TypedCommand(
      ["fit", recording, "-o", model, "--log", log] + flags + threads
        + (method.isPlain ? ["--checkpoint", checkpoint] : [])
        + (minutes.map { ["--max-time", asGiven($0)] } ?? []) + (common.quiet ? ["--quiet"] : []))
  }
}

/// How the last fit of an animal ended, or that it has not, as a file beside its model says.
struct AnimalRecord: Codable, Equatable {
  let recording: String
  /// Of its bytes; nil where they could not be read.
  let sha256: String?
  /// Those of the fit.
  let flags: [String]
  /// Why there is no model; nil: there is one.
  let failure: String?
  let exitCode: Int32

  /// What is there; nil: the animal was not fitted yet.
  init?(_ animal: Animal) {
    guard let data = FileManager.default.contents(atPath: animal.record),
      let found = try? JSONDecoder().decode(AnimalRecord.self, from: data)
    else { return nil }
    self = found
  }

  init(_ animal: Animal, sha256: String?, flags: [String], failure: String?, exitCode: Int32) {
    recording = animal.recording
    self.sha256 = sha256
    self.flags = flags
    self.failure = failure
    self.exitCode = exitCode
  }

  /// The record of a fit that begins: until it ends nothing says that the animal was fitted.
  static func begun(_ animal: Animal, sha256: String?, flags: [String]) -> AnimalRecord {
    AnimalRecord(
      animal, sha256: sha256, flags: flags, failure: "its last fit has not ended",
      exitCode: ExitCode.stopped)
  }

  /// Whether it is of a fit of the same data by the same flags.
  func isOfSameFit(as other: AnimalRecord) -> Bool {
    (recording, sha256, flags) == (other.recording, other.sha256, other.flags)
  }

  /// The exit code of a fit that failed; nil: it did not.
  var failureCode: Int32? { failure == nil ? nil : exitCode }

  func write(of animal: Animal) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self)
    try writeWhole(text + "\n", to: animal.record)
  }
}

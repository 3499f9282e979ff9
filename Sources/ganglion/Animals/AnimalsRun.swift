internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import HDF5
internal import MPI
internal import Machine
internal import Recordings
internal import Reports
internal import Results
internal import Runtime
internal import Wording

/// One run of `ganglion animals`: fits, then the table.
struct AnimalsRun {
  let command: AnimalsCommand
  let animals: [Animal]
  /// Those that say what each fit is.
  let flags: [String]
  private let start = ContinuousClock.now

  init(command: AnimalsCommand, animals: [Animal], flags: [String]) {
    self.command = command
    self.animals = animals
    self.flags = flags
  }

  private var table: String { file("animals.h5") }
  private var page: String { file("animals.html") }

  private func file(_ name: String) -> String {
    (command.output as NSString).appendingPathComponent(name)
  }

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    try world.agreeOnRoot { try makeFolder() }
    try files.require(on: world)
    if let task = command.task {
      let animal = animals[task - 1]
      if let record = try fit(animal, console, on: world), let failure = record.failure {
        throw CommandLineError(exitCode: record.exitCode, description: failure)
      }
      return
    }
    var failures: [(name: String, record: AnimalRecord)] = []
    for animal in command.collect ? [] : animals {
      guard let record = try fit(animal, console, on: world), record.failure != nil else {
        continue
      }
      failures.append((animal.name, record))
    }
    try collect(told: Set(failures.map(\.name)), console, on: world)
    try throwFailures(failures)
  }

  /// The table is made, and not all that was asked for.
  ///
  /// - Throws: the exit code of the first fit that failed.
  private func throwFailures(_ failures: [(name: String, record: AnimalRecord)]) throws {
    guard let first = failures.first else { return }
    let reason = command.common.quiet ? ": \(first.record.failure ?? "")" : ", as said above"
    throw CommandLineError(
      exitCode: first.record.exitCode,
      description: "\(failures.count) of \(animals.count) animals could not be fitted, first"
        + " \(first.name)\(reason); \(table) has the others")
  }

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: command.output, withIntermediateDirectories: true)
    } catch {
      throw CommandLineError(
        exitCode: ExitCode.cannotCreate,
        description:
          "cannot create the folder \(command.output): \(reason(of: error)); give another -o")
    }
  }

  private var files: FileRoles {
    var files = FileRoles()
    files.read(command.recordings, as: "the recordings")
    files.read(command.common.config, as: "--config")
    if !command.collect {
      for animal in animals { files.write(animal.model, as: "-o of fit", .result(of: "fit")) }
    }
    if command.task == nil {
      files.write(table, as: "-o", .result(of: "animals"))
      files.write(page, as: "-o", .page)
    }
    return files
  }

  // MARK: - Fits

  /// Exit codes of fits that are the recording's fault, or that of the flags for it: what fails
  /// otherwise, as on a full disk, would fail for the next animal too.
  private static let ownFaults: Set<Int32> = [
    ExitCode.usage, ExitCode.badData, ExitCode.missingInput, ExitCode.notConverged,
    ExitCode.configuration,
  ]

  /// Fits an animal, if it was not with the same flags and data.
  ///
  /// - Returns: how it ended; nil where nothing had to be done.
  /// - Collective: every rank of `world` must call it.
  private func fit(
    _ animal: Animal, _ console: Console, on world: borrowing Communicator
  ) throws -> AnimalRecord? {
    var sha256: String?
    do {
      sha256 = try world.digest(ofFile: animal.recording)
      if try isFitted(animal, sha256, on: world) {
        console.say("\(animal.name): fitted already")
        return nil
      }
      let minutes = try minutesLeft(on: world)
      let typed = try animal.fit(flags, command.common, command.method, minutes: minutes)
      console.say("\n$ " + typed.words.map { quoted($0) }.joined(separator: " "))
      try world.agreeOnRoot { try begin(animal, sha256) }
      try typed.command.files.require(on: world)
      try typed.command.run(typed.command.open(on: world), leadsOn: false, on: world)
      return try record(animal, sha256, error: nil, on: world)
    } catch let error as any ExitCoded
      where Self.ownFaults.contains(error.exitCode) && !(error is StoppedMethod)
    {
      // A task ends with it.
      if command.task == nil { console.say("\(animal.name): not fitted: \(error)") }
      return try record(animal, sha256, error: error, on: world)
    }
  }

  /// What is left of the time, on rank 0's clock; nil without a limit.
  ///
  /// - Throws: `Stopped` (75) where nothing is left.
  /// - Collective: every rank of `world` must call it.
  private func minutesLeft(on world: borrowing Communicator) throws -> Double? {
    guard let limit = command.maxTime else { return nil }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let left = try world.broadcast(limit - seconds / 60)
    guard left > 0 else { throw Stopped(.timeLimit) }
    return left
  }

  private func isFitted(
    _ animal: Animal, _ sha256: String?, on world: borrowing Communicator
  ) throws -> Bool {
    let own = AnimalRecord(
      animal, sha256: sha256, flags: flags, failure: nil, exitCode: 0)
    let isThere =
      AnimalRecord(animal) == own && FileManager.default.fileExists(atPath: animal.model)
    // Rank 0 alone need see the files.
    return try world.broadcast(isThere ? 1 : 0) == 1
  }

  private func record(
    _ animal: Animal, _ sha256: String?, error: (any ExitCoded)?, on world: borrowing Communicator
  ) throws -> AnimalRecord {
    let record = AnimalRecord(
      animal, sha256: sha256, flags: flags, failure: error.map { "\($0)" },
      exitCode: error?.exitCode ?? 0)
    try world.agreeOnRoot { try record.write(of: animal) }
    return record
  }

  /// Notes that a fit begins, and forgets where another one stopped, of other data or by other flags.
  private func begin(_ animal: Animal, _ sha256: String?) throws {
    let record = AnimalRecord.begun(animal, sha256: sha256, flags: flags)
    if let former = AnimalRecord(animal), !former.isOfSameFit(as: record) {
      for path in animal.checkpoints where FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
    }
    try record.write(of: animal)
  }

  // MARK: - The table

  /// Makes table and page of what is there; of animals that were `told` it was said already why they are
  /// not fitted.
  ///
  /// - Throws: `CommandLineError` where no animal is fitted: the exit code of the first one's fit,
  ///   65 where there was none.
  /// - Collective: every rank of `world` must call it.
  private func collect(
    told: Set<String>, _ console: Console, on world: borrowing Communicator
  ) throws {
    var found = Data()
    try world.agreeOnRoot {
      let summaries = animals.map(AnimalSummary.init)
      guard summaries.contains(where: \.isFitted) else {
        let first = summaries[0]
        throw CommandLineError(
          exitCode: AnimalRecord(animals[0])?.failureCode ?? ExitCode.badData,
          description: (animals.count == 1
            ? "the only animal is not" : "none of the \(animals.count) animals is")
            + " fitted: \(first.name): \(first.failure ?? "")")
      }
      let fitted = zip(animals, summaries).filter { $1.isFitted }.map(\.0)
      let collected = AnimalTable(
        animals: summaries, agreements: try SharedWeights.agreements(of: fitted))
      try writeWhole(collected.page.text, to: page)
      found = try JSONEncoder().encode(collected)
    }
    let text = try world.broadcast(String(decoding: found, as: UTF8.self))
    let collected = try JSONDecoder().decode(AnimalTable.self, from: Data(text.utf8))
    try collected.write(
      to: table, on: world,
      provenance: Provenance(
        ranks: world.size, threads: 1, kernels: try world.kernelFamilies(),
        configuration: try Settings([
          "command": "animals", "recordings": command.recordings, "flags": flags,
        ]).json))
    console.say(collected.text(told: told))
    console.say("wrote \(table) and \(page)")
  }
}

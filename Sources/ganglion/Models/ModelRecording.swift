internal import ArgumentParser
internal import Collectives
internal import MPI
internal import Recordings
internal import Results
internal import Wording

/// How the recording of a command that reads a model is matched with that model.
struct MatchOptions: ParsableArguments {
  @Flag(
    help: """
      Take neurons and inputs by their place where the recording names them otherwise than the \
      model.
      """)
  var byPosition = false
}

/// A recording that a model is held against, and what a user should know of the two.
struct ModelRecording {
  let recording: Recording
  /// Whether it is what was fitted: the same bytes, read in the same way.
  let isFitted: Bool
  /// Sentences without a full stop.
  let notes: [String]
  /// The SHA-256 of each file, one a line.
  let sha256: String
}

extension ModelFile {
  /// Opens recordings as the fit read its own, but for the flags that were given, and matches
  /// them with the model.
  ///
  /// - Throws: on every rank alike, 65: other neurons or inputs, or in another order, or another
  ///   frame time; what opening throws.
  /// - Collective: every rank of `world` must call it.
  func openRecording(
    _ paths: [String], _ source: SourceOptions, _ match: MatchOptions,
    on world: borrowing Communicator
  ) throws -> ModelRecording {
    let sha256 = try world.digest(ofFiles: paths)
    let isSameFile = sha256 == inputSHA256
    let recording = try open(paths, source, isSameFile: isSameFile, on: world)
    var notes = try requireFit(for: recording, byPosition: match.byPosition)
    var isFitted = isSameFile
    if isSameFile, !source.settings.isEmpty {
      let asFitted = try? Recording.open(
        paths.map { try SourceOptions.parse([]).request(for: $0, stored: settings) }, on: world)
      isFitted = asFitted.map(recording.isRead(as:)) ?? false
      if !isFitted {
        notes.append("\(recording.path) is read otherwise than in the fit, as the flags say")
      }
    } else if !isSameFile, inputSHA256 != nil {
      let name = paths.joined(separator: ", ")
      notes.append(
        fileNames(paths) == fileNames(fittedRecordings)
          ? "warning: \(name) has changed since the fit, or is another file of that name (its"
            + " SHA-256 is not the one in the model)"
          : "\(name) is not the recording that was fitted")
    }
    return ModelRecording(
      recording: recording, isFitted: isFitted, notes: notes, sha256: sha256)
  }

  /// The frame time that was given to the fit is that of another file only where this one has
  /// none of its own.
  private func open(
    _ paths: [String], _ source: SourceOptions, isSameFile: Bool, on world: borrowing Communicator
  ) throws -> Recording {
    func open(_ stored: [String: Any]) throws -> Recording {
      try Recording.open(paths.map { try source.request(for: $0, stored: stored) }, on: world)
    }
    let clock = ["dt", "rate"]
    if !isSameFile, clock.contains(where: { settings[$0] != nil }),
      let own = try? open(settings.filter { !clock.contains($0.key) }), own.dt != nil
    {
      return own
    }
    return try open(settings)
  }

  /// Checks that a recording has the model's neurons, inputs and frame time.
  ///
  /// - Returns: what could not be checked, in words.
  private func requireFit(for recording: Recording, byPosition: Bool) throws -> [String] {
    func refuse(_ what: String, _ remedy: String) -> RecordingError {
      .badData("\(recording.path) \(what), and the model \(path) \(remedy)")
    }
    guard recording.neurons == neurons else {
      throw refuse("has \(recording.neurons) neurons", "has \(neurons)")
    }
    guard recording.inputNames.count == inputs else {
      throw refuse(
        "has \(counted(recording.inputNames.count, "input"))", "has \(inputs) (--inputs)")
    }
    let notes = [
      try NameMatch(of: recording.labels, with: labels).note(
        "neurons", in: recording.path, model: path, byPosition: byPosition),
      try NameMatch(of: recording.inputNames, with: inputNames, areNames: false).note(
        "inputs", in: recording.path, model: path, byPosition: byPosition),
    ]
    return notes.compactMap { $0 } + (try requireClock(of: recording))
  }

  /// The leak is dt / tau: a model is of one frame time.
  private func requireClock(of recording: Recording) throws -> [String] {
    switch (recording.dt, dt) {
    case (let own?, let fitted?):
      // Jittered time stamps give frame times that differ a little.
      guard abs(own - fitted) <= 0.01 * fitted else {
        throw RecordingError.badData(
          "\(recording.path) has a frame every \(short(own)) s, and the model \(path) was fitted to"
            + " one every \(short(fitted)) s, which its leak is for: give a recording at that rate,"
            + " or --dt \(short(fitted)) if the clock of this one is wrong")
      }
      return []
    case (nil, let fitted?):
      return [
        "\(recording.path) has no clock: its frames count as \(short(fitted)) s, as in the fit"
      ]
    case (let own?, nil):
      return [
        "the model \(path) has no clock: whether its frames are \(short(own)) s, as those of"
          + " \(recording.path), is not known"
      ]
    case (nil, nil): return []
    }
  }
}

/// The last part of each path.
private func fileNames(_ paths: [String]) -> [String] {
  paths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
}

/// How the names in a recording go with those in a model.
struct NameMatch {
  enum Kind: Equatable {
    case same
    /// The same names at other places, the first of them here.
    case reordered(Int)
    /// Other names from here on.
    case other(Int)
    /// One side has numbers only, which every file has: they say nothing.
    case unnamed
  }

  let kind: Kind
  private let own: [String]
  private let models: [String]
  private let areNames: Bool

  /// `areNames` says that other names mean other things; the names of inputs are those of
  /// datasets, which may well be called otherwise elsewhere.
  init(of own: [String], with models: [String], areNames: Bool = true) {
    self.own = own
    self.models = models
    self.areNames = areNames
    func areNumbers(_ names: [String]) -> Bool { names == names.indices.map(String.init) }
    if own == models {
      kind = .same
    } else if areNumbers(own) || areNumbers(models) || models.isEmpty {
      kind = .unnamed
    } else {
      let place = zip(own, models).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
      kind = own.sorted() == models.sorted() ? .reordered(place) : .other(place)
    }
  }

  /// - Returns: what a user should know.
  /// - Throws: 65 where the names say that the places are wrong.
  func note(
    _ what: String, in path: String, model: String, byPosition: Bool
  ) throws -> String? {
    let (place, trouble, remedy): (Int, String, String)
    switch kind {
    case .same: return nil
    case .unnamed:
      return "the \(what) of \(path) are taken by their place: it or the model has no names"
    case .reordered(let first):
      (place, trouble, remedy) = (
        first, "are in another order than", "put them in the model's order"
      )
    case .other(let first):
      (place, trouble, remedy) = (
        first, "are named otherwise than", "give a recording of the model's \(what)"
      )
    }
    let difference =
      "the \(what) of \(path) \(trouble) those of the model \(model): number \(place), from 0, is"
      + " \(own[place]) in the one and \(models[place]) in the other"
    if !areNames, case .other = kind { return difference }
    guard byPosition else {
      throw RecordingError.badData(
        difference + "; \(remedy), or take them as they stand with --by-position")
    }
    return difference + "; taken by their place"
  }
}

extension Console {
  /// Says what a user should know of a recording and its model.
  func say(_ opened: ModelRecording) {
    for note in opened.notes { say(note.hasPrefix("warning: ") ? note : "note: \(note)") }
  }
}

internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Planning
internal import Recordings
internal import Runtime

/// The first frames of a stream, and what they have chosen.
struct WarmUp {
  /// Frames in the order in which they came, on rank 0 only.
  private var elements: [FrameSequence.Element] = []
  /// What has been found on the way, on rank 0.
  private(set) var sequence: FrameSequence
  /// Whether the source ended before the warm-up did.
  private(set) var isOver = false
  /// Seconds from frame to frame.
  private(set) var dt = 0.0
  private(set) var neurons = 0
  private(set) var frames = 0

  /// Fewer frames choose nothing.
  private static let leastFrames = 20
  /// Of a frame: seconds that are so many frames are not one more.
  private static let rounding = 1e-6

  /// Collects the frames, and tells how it goes while they are waited for.
  ///
  /// - Throws: on every rank alike, 65 where they are too few, or have no clock; 75 where a file
  ///   named STOP ends it; what the source ends with.
  /// - Collective: every rank of `world` must call it, rank 0 alone reads.
  init(
    _ command: FollowCommand, _ source: FollowSource, log: RunLog,
    on world: borrowing Communicator
  ) throws {
    sequence = FrameSequence(buffer: command.stream.reorder, dt: source.dt)
    var dt = source.dt
    try world.agreeOnRoot {
      guard let feed = source.feed else { return }
      // Signals end it at once: there is nothing to keep but what --record has.
      var stop = StopRequest(signals: [])
      var progress = WarmUpProgress(command, log: log)
      while !isComplete(command.following.warmup, dt: dt) {
        if let reason = stop.noticedHere() { throw Self.stopped(reason, after: elements.count) }
        progress.tell(frames: elements.count)
        switch feed.next() {
        case .frame(let frame):
          progress.lastFrame = .now
          elements += sequence.take(frame)
        case .nothing: feed.wait()
        case .ended(let failure):
          if let failure { throw failure }
          elements += sequence.finish()
          isOver = true
        }
        if isOver { break }
      }
      guard elements.count >= Self.leastFrames else {
        throw CommandLineError.badStream(
          "\(command.sourceName) ended after \(elements.count) frames, and at least"
            + " \(Self.leastFrames) are needed to choose scale, leak and ridge")
      }
      dt = try dt ?? Self.frameTime(elements)
      sequence.dt = dt
    }
    self.dt = try world.broadcast(dt ?? 0)
    neurons = try world.broadcast(elements.first?.frame.values.count ?? 0)
    frames = try world.broadcast(elements.count)
    isOver = try world.broadcast(isOver ? 1 : 0) == 1
  }

  private static func stopped(
    _ reason: StopRequest.Reason, after frames: Int
  ) -> CommandLineError {
    CommandLineError(
      exitCode: ExitCode.stopped,
      description: "stopped because of \(reason.cause) after \(frames) frames, before the warm-up"
        + " was over: there is no network yet")
  }

  private func isComplete(_ seconds: Double, dt: Double?) -> Bool {
    guard elements.count >= Self.leastFrames else { return false }
    if let dt { return Double(elements.count) >= seconds / dt - Self.rounding }
    guard let first = elements.first?.frame.time, let last = elements.last?.frame.time else {
      return false
    }
    return last - first >= seconds
  }

  /// The median of the steps of the clock.
  private static func frameTime(_ elements: [FrameSequence.Element]) throws -> Double {
    let times = elements.compactMap(\.frame.time)
    let steps = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
    guard let dt = steps.isEmpty ? nil : steps[steps.count / 2], dt > 0 else {
      throw CommandLineError.badStream(
        "the times in the headers do not rise: send seconds, or give --rate HZ")
    }
    return dt
  }

  /// Writes the frames as a recording: /traces (time, neuron), /inputs, /trial_start.
  ///
  /// What follows a gap begins a trial.
  private func write(to path: String) throws {
    let inputs = elements.first?.frame.inputs.count ?? 0
    var traces = Matrix<Double>(rows: elements.count, columns: neurons)
    var external = Matrix<Double>(rows: elements.count, columns: inputs)
    for (t, element) in elements.enumerated() {
      for i in 0..<neurons { traces[t, i] = element.frame.values[i] }
      for k in 0..<inputs { external[t, k] = element.frame.inputs[k] }
    }
    let file = try File.create(path)
    try file.createDataset("/traces", shape: [elements.count, neurons], of: Double.self)
      .writeBlock(traces)
    if inputs > 0 {
      try file.createDataset("/inputs", shape: [elements.count, inputs], of: Double.self)
        .writeBlock(external)
    }
    let starts = trialStarts
    try file.createDataset("/trial_start", shape: [starts.count], of: Int.self).write(starts)
    try file.close()
  }

  private var trialStarts: [Int] {
    elements.indices.filter { $0 == 0 || !elements[$0].follows }
  }

  /// The latest frame, after which the next one comes; on rank 0 only.
  var last: FrameSequence.Element? { elements.last }

  /// Takes what a record holds beyond the warm-up, without a step for each frame: the latest
  /// frames alone matter, those of `window` transitions.
  ///
  /// - Returns: the same on every rank, values and inputs with whether there is a transition to
  ///   them; none where there is nothing to catch up with.
  /// - Throws: what reading throws, on every rank alike.
  /// - Complexity: twice the window's frames of memory.
  /// - Collective: every rank of `world` must call it.
  mutating func catchUp(
    _ source: FollowSource, window: Int, on world: borrowing Communicator
  ) throws -> [(numbers: [Double], follows: Bool)] {
    var found: (elements: [FrameSequence.Element], frames: Int)?
    var sequence = sequence
    let known = elements
    try world.agreeOnRoot {
      guard let feed = source.feed as? ResumedFeed, feed.isBehind else { return }
      var latest = Array(known.suffix(window + 1))
      var frames = known.count
      while feed.isBehind {
        switch feed.next() {
        case .frame(let frame):
          let ready = sequence.take(frame)
          latest += ready
          frames += ready.count
        case .nothing: break
        case .ended(let failure): if let failure { throw failure }
        }
        if latest.count > 2 * (window + 1) { latest.removeFirst(latest.count - window - 1) }
      }
      found = (latest, frames)
    }
    if let found {
      self.sequence = sequence
      elements = found.elements
    }
    frames = try world.broadcast(found?.frames ?? frames)
    let count = try world.broadcast(found?.elements.count ?? 0)
    return try (0..<count).map { k in
      let element = found?.elements[k]
      var numbers = element.map { $0.frame.values + $0.frame.inputs } ?? []
      let length = try world.broadcast(numbers.count)
      if element == nil { numbers = [Double](repeating: 0, count: length) }
      try world.broadcast(&numbers)
      return (numbers, try world.broadcast(element?.follows == true ? 1 : 0) == 1)
    }
  }
}

extension WarmUp {
  /// Chooses what a fit of these frames would choose.
  ///
  /// - Throws: what the stages of a fit throw.
  /// - Collective: every rank of `world` must call it.
  func choose(
    _ command: FollowCommand, _ source: FollowSource, _ session: RunSession, log: RunLog,
    on world: borrowing Communicator
  ) throws -> (recording: Recording, chosen: FitRun<Double>.Chosen) {
    // Beside the model, where every rank can read it.
    let path = NextStep.file(
      beside: command.output, "-warmup-\(try world.broadcast(Int(getpid()))).h5")
    let discard = Interruption.Discard(path)
    defer {
      discard.cancel()
      if world.rank == 0 { unlink(path) }
    }
    try world.agreeOnRoot { try write(to: path) }
    let trials = try world.broadcast(trialStarts.count)
    let inputs = try world.broadcast(elements.first?.frame.inputs.count ?? 0)
    var fit = try FitCommand.parse([path, "-o", command.output])
    fit.source.traces = "/traces"
    fit.source.timeAxis = .first
    fit.source.dt = dt
    if inputs > 0 { fit.source.inputs = ["/inputs"] }
    if trials > 1 { fit.source.trials = "/trial_start" }
    fit.model = command.model
    fit.model.holdout = 0
    if fit.model.alpha == nil, fit.model.tau == nil {
      fit.model.alpha = source.recording?.alpha.map { LeakChoice.value($0) }
    }
    if command.stream.resume {
      try EarlierChoice(in: command.output, on: world)?.give(to: &fit.model)
    }
    fit.preprocessing.scale =
      command.following.scale ?? (source.recording?.format == "Ganglion" ? ScalingKind.none : nil)
    fit.solution.precision = .double
    for note in source.feed?.table?.notes ?? [] { session.console.say("note: \(note)") }
    let recording = try Recording.open(fit.source.request(for: path), on: world)
      .named(labels(of: source, on: world))
    let shape = fit.shape(of: recording)
    let run = FitRun<Double>(
      command: fit, recording: recording,
      arithmetic: try Arithmetic(
        .double, configuration: fit.configuration(), samples: shape.transitions,
        regressors: shape.regressors),
      session: session, log: log, leadsOn: false, title: "warm-up of \(command.sourceName)")
    let loaded = try run.load(run.plan(on: world), on: world)
    let keeper = try FitKeeper<Double>(
      fit.checkpointing, session, log: log, local: loaded.planned.local, neurons: neurons,
      on: world
    ) { "" }
    return (recording, try run.choose(loaded, keeping: keeper, on: world))
  }

  /// The neurons' names: those of the recording or the table, else their numbers from 0.
  ///
  /// - Collective: every rank of `world` must call it.
  func labels(of source: FollowSource, on world: borrowing Communicator) throws -> [String] {
    let known = source.recording?.labels ?? source.feed?.table?.labels ?? []
    let text = try world.broadcast(known.joined(separator: "\0"))
    let labels = text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    let isKnown = !text.isEmpty && labels.count == neurons
    return isKnown ? labels : (0..<neurons).map(String.init)
  }
}

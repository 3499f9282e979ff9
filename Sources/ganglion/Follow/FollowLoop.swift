internal import CORNN
internal import Collectives
internal import Foundation
internal import MPI
internal import Runtime

/// Takes frames as they come, and refines, tells and writes in between.
final class FollowLoop {
  /// What all ranks do next.
  enum Turn: Int {
    case wait, frame, sweep, status, snapshot, answer, end
  }

  let command: FollowCommand
  let source: FollowSource
  let network: FollowedNetwork
  let outputs: (snapshots: Snapshots, forecasts: ForecastWriter)
  /// On rank 0, where it is asked for.
  let control: ControlServer?
  var page: FollowPage?
  /// What has been asked and is to be answered, and when it was taken.
  var request: (action: ControlRequest.Action, since: ContinuousClock.Instant)?
  let session: RunSession
  let log: RunLog
  private let isRoot: Bool
  private var stop: StopRequest
  /// Why it ends before its source does.
  var stopReason: StopRequest.Reason?
  /// With what the source ended, if not well; on rank 0.
  var failure: (any Error)?

  /// Frames taken, those of the warm-up included.
  var taken: Int
  var status: FollowStatus
  var sequence: FrameSequence
  private var ready: [FrameSequence.Element] = []
  private var isOver: Bool
  private var pace: SweepPace
  private var nextStatus = ContinuousClock.now + .seconds(1)
  var nextSnapshot: ContinuousClock.Instant
  /// Why a request ends it, on rank 0.
  var askedToStop: StopRequest.Reason?
  /// Whether nothing was done since the latest frame: all the time until the next one is left.
  private var isFresh = false
  /// Whether the page could not be written last.
  var isPageLost = false
  /// Weights of some neurons when the last status was told.
  var sample: [Double] = []

  var follower: LiveFollower { network.follower }

  init(
    _ command: FollowCommand, _ source: FollowSource, _ warmUp: WarmUp,
    _ network: FollowedNetwork, _ outputs: (Snapshots, ForecastWriter, ControlServer?),
    _ session: RunSession,
    log: RunLog, rank: Int
  ) {
    self.command = command
    self.source = source
    self.network = network
    self.outputs = (outputs.0, outputs.1)
    self.session = session
    self.log = log
    isRoot = rank == 0
    taken = warmUp.frames
    status = FollowStatus(after: warmUp.last?.frame)
    sequence = warmUp.sequence
    isOver = warmUp.isOver
    control = (outputs.2)
    page =
      isRoot
      ? command.outputs.page.map { FollowPage($0, cells: outputs.1.cells) } : nil
    let following = command.following
    let rate = if let replay = command.stream.replay { replay.rate } else { 1 / warmUp.dt }
    pace = SweepPace(
      parts: network.follower.fit.refines ? network.follower.fit.parts : 0,
      window: following.growing ? SweepPace.usualWindow : following.windowLength,
      budget: rate.map { (following.budget ?? FollowingOptions.usualBudget) / $0 })
    nextSnapshot = .now + .seconds(following.snapshot)
    if isRoot {
      Interruption.acknowledge(
        ": ending once the frames that have come are taken. A second SIGINT ends the run at once")
      Interruption.describe(": ended at once; the last snapshot is whole")
    }
    stop = StopRequest(timeLimit: following.duration.map { .seconds($0) })
  }

  /// - Throws: 75 where it was stopped; the error of the source; what writing throws.
  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    while true {
      let (turn, count) = try agree(on: world)
      switch turn {
      case .wait: source.feed?.wait()
      case .frame: try takeFrame(on: world)
      case .sweep: try sweep(count, on: world)
      case .status: try tell(on: world)
      case .snapshot:
        try writeSnapshot(isLast: false, on: world)
        // From its end on, or a slow disk would leave no time for frames.
        nextSnapshot = .now + .seconds(command.following.snapshot)
      case .answer: try answer(on: world)
      case .end:
        control?.close()
        return try finish(on: world)
      }
    }
  }

  /// Rank 0's decision, and whether any rank was asked to stop.
  private func agree(on world: borrowing Communicator) throws -> (turn: Turn, count: Int) {
    var words = [0, 0, max(stop.noticedHere()?.rawValue ?? 0, askedToStop?.rawValue ?? 0)]
    if isRoot {
      let (turn, count) = decide()
      words[0] = turn.rawValue
      words[1] = count
    }
    try world.maximum(&words)
    if let reason = StopRequest.Reason(rawValue: words[2]), stopReason == nil {
      stopReason = reason
      source.feed?.close()
    }
    return (Turn(rawValue: words[0]) ?? .wait, words[1])
  }

  private func decide() -> (turn: Turn, count: Int) {
    let now = ContinuousClock.now
    let owed = pace.owed
    if owed > 0 { return (.sweep, owed) }
    receive()
    // All the time until the next frame is left where one has just been taken.
    let isGoodTime = isFresh && ready.isEmpty
    isFresh = false
    func isDue(_ time: ContinuousClock.Instant, patience: Duration) -> Bool {
      now >= time && (isGoodTime || now >= time + patience)
    }
    if isDue(nextStatus, patience: .seconds(1)) {
      nextStatus = now + .seconds(1)
      return (.status, 0)
    }
    if request == nil, let action = control?.take()?.action { request = (action, now) }
    if let request, ready.isEmpty || now > request.since + .seconds(1) { return (.answer, 0) }
    let patience = Duration.seconds(2 * command.following.snapshot)
    if !outputs.snapshots.isBusy, isDue(nextSnapshot, patience: patience) { return (.snapshot, 0) }
    if !ready.isEmpty { return (.frame, 0) }
    if isOver { return (.end, 0) }
    return pace.hasTime(at: now) ? (.sweep, 1) : (.wait, 0)
  }

  /// Looks for frames until one can be taken.
  private func receive() {
    while ready.isEmpty, !isOver, let feed = source.feed {
      switch feed.next() {
      case .frame(let frame): ready += sequence.take(frame)
      case .nothing: return
      case .ended(let failure):
        self.failure = failure
        ready += sequence.finish()
        isOver = true
      }
    }
  }

  private func takeFrame(on world: borrowing Communicator) throws {
    let element = isRoot ? ready.removeFirst() : nil
    let waiting = ready.count + (source.feed?.waiting ?? 0)
    var numbers = element.map { $0.frame.values + $0.frame.inputs } ?? network.empty
    var flags = [element?.follows == true ? 1 : 0, waiting]
    try world.broadcast(&flags)
    try world.broadcast(&numbers)
    let isBehind = flags[1] > 0
    let admitted = network.admitNewcomers(numbers)
    if !admitted.isEmpty { log.write("admitted", ["cells": admitted, "frames": taken]) }
    try follower.take(network.frame(numbers, follows: flags[0] == 1), group: world)
    let forecast = try follower.forecast(
      frames: isBehind ? 1 : follower.horizon, group: world)
    taken += 1
    var sensitivity: [Double]?
    if !isBehind, let readOut = command.outputs.readOut?.cells {
      sensitivity = try follower.sensitivity(of: readOut, along: forecast, group: world)
    }
    if let element {
      let rows = outputs.forecasts.write(
        forecast, after: element.frame, sensitivity: sensitivity)
      page?.note(element.frame, forecast: rows, of: outputs.forecasts.cells)
      status.note(element.frame, isBehind: isBehind, waiting: waiting)
    }
    // Nobody waits for it.
    if !isBehind, (taken - 1) % follower.horizon == 0 { try follower.forecastOfRival(group: world) }
    isFresh = true
    pace.begin(arrival: element?.frame.arrival ?? .now)
    guard taken % Self.framesOfProbe == 0 else { return }
    status.probe = try world.agree { try follower.fit.keepAccurate() }
    if !(status.probe <= LiveFit.driftBound) { status.refactorings += 1 }
  }

  /// Frames between two looks at the drift of the inverse.
  private static let framesOfProbe = 100

  private func sweep(_ count: Int, on world: borrowing Communicator) throws {
    let residual = try world.maximum(follower.fit.sweep(count))
    if pace.note(parts: count, residual: residual) { status.noteSweep(atFrame: taken) }
  }
}

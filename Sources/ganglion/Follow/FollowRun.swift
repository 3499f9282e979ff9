internal import CORNN
internal import Collectives
internal import Foundation
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Runtime

/// One run of `ganglion follow`.
///
/// Rank 0 has the source and decides what is done next; the others hear of it and do their part
/// with it, so all ranks do the same in the same order.
struct FollowRun {
  let command: FollowCommand
  private let session: RunSession
  private let log: RunLog

  /// - Collective: every rank of `world` must call it.
  init(_ command: FollowCommand, on world: borrowing Communicator) throws {
    self.command = command
    var common = command.common
    // Standard output is for forecasts alone then.
    if command.outputs.forecastOut == "-" { common.quiet = true }
    session = try RunSession(common, checkpointing: nil, on: world)
    log = try session.openLog(command.outputs.log, waits: false, on: world)
  }

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let source = try FollowSource(command, on: world)
    var warmUp = try WarmUp(command, source, log: log, on: world)
    let labels = try warmUp.labels(of: source, on: world)
    var placed = command
    placed.outputs = try command.outputs.placed(
      among: ModelNeurons(path: command.source, labels: labels, regions: nil))
    let (recording, chosen) = try warmUp.choose(placed, source, session, log: log, on: world)
    let network = try FollowedNetwork(placed, chosen, threads: session.threads, on: world)
    let earlier = try warmUp.catchUp(source, window: command.following.windowLength, on: world)
    try network.begin(with: earlier, on: world)
    try network.begin(after: warmUp.last, on: world)
    let snapshots = try Snapshots(
      placed, source.recording ?? recording, chosen, threads: session.threads, on: world)
    let forecasts = try ForecastWriter(placed, network, on: world)
    var control: ControlServer?
    try world.agreeOnRoot {
      control = try command.outputs.controlAddress.map {
        try ControlServer($0, neurons: warmUp.neurons)
      }
    }
    session.console.say(
      "following \(command.sourceName) from frame \(warmUp.frames) on: \(warmUp.neurons) neurons,"
        + " \(command.following.span), \(network.follower.fit.kept.rawValue) form")
    log.write("following", ["frame": warmUp.frames, "neurons": warmUp.neurons])
    let loop = FollowLoop(
      placed, source, warmUp, network, (snapshots, forecasts, control), session, log: log,
      rank: world.rank)
    try loop.run(on: world)
  }
}

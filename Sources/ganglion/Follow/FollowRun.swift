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
    try requireCells(of: warmUp.neurons)
    let (recording, chosen) = try warmUp.choose(command, source, session, log: log, on: world)
    let network = try FollowedNetwork(command, chosen, threads: session.threads, on: world)
    let earlier = try warmUp.catchUp(source, window: command.following.windowLength, on: world)
    try network.begin(with: earlier, on: world)
    try network.begin(after: warmUp.last, on: world)
    let snapshots = try Snapshots(
      command, source.recording ?? recording, chosen, threads: session.threads, on: world)
    let forecasts = try ForecastWriter(command, network, on: world)
    var control: ControlServer?
    try world.agreeOnRoot {
      control = try command.outputs.controlAddress.map {
        try ControlServer($0, neurons: warmUp.neurons)
      }
    }
    session.console.say(
      "following \(command.source) from frame \(warmUp.frames) on: \(warmUp.neurons) neurons,"
        + " \(command.following.span), \(network.follower.fit.kept.rawValue) form")
    log.write("following", ["frame": warmUp.frames, "neurons": warmUp.neurons])
    let loop = FollowLoop(
      command, source, warmUp, network, (snapshots, forecasts, control), session, log: log,
      rank: world.rank)
    try loop.run(on: world)
  }

  private func requireCells(of neurons: Int) throws {
    for (flag, list) in [
      ("--cells-out", command.outputs.cellsOut), ("--read-out", command.outputs.readOut),
    ] {
      guard let cell = list?.cells.max(), cell >= neurons else { continue }
      throw CommandLineError.usage(
        "\(flag) names cell \(cell), and there are \(neurons), counted from 0")
    }
  }
}

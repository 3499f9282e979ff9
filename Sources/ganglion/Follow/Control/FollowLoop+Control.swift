internal import Collectives
internal import CORNN
internal import MPI
internal import Runtime

extension FollowLoop {
  /// Does what was asked for, and says so.
  ///
  /// - Collective: every rank of `world` must call it.
  func answer(on world: borrowing Communicator) throws {
    let action = request?.action
    request = nil
    var counts = [0, 0]
    var numbers: [Double] = []
    if case .perturb(let cells, let readOut, let amplitude) = action {
      counts = [cells.count, readOut.count]
      numbers = (cells + readOut).map(Double.init) + [amplitude]
    }
    try world.broadcast(&counts)
    guard counts[0] > 0 else {
      if let action { answerAlone(action) }
      return
    }
    if numbers.isEmpty { numbers = [Double](repeating: 0, count: counts[0] + counts[1] + 1) }
    try world.broadcast(&numbers)
    let cells = numbers[..<counts[0]].map { Int($0) }
    let responses = try follower.responses(
      of: numbers[counts[0]..<(counts[0] + counts[1])].map { Int($0) }, toPulsesInto: cells,
      of: numbers[counts[0] + counts[1]], frames: follower.horizon, group: world)
    control?.answer([
      "frame": status.lastNumber, "cells": cells, "horizon": follower.horizon,
      "responses": responses,
    ])
  }

  /// What rank 0 answers without the others.
  private func answerAlone(_ action: ControlRequest.Action) {
    switch action {
    case .status:
      control?.answer(status.values(follower, taken: taken, counts: sequence.counts))
    case .snapshot:
      nextSnapshot = .now - .seconds(2 * command.following.snapshot)
      control?.answer(["snapshots": status.snapshots])
    case .stop:
      askedToStop = .request
      control?.answer(["frames": taken])
    case .perturb: break
    }
  }
}

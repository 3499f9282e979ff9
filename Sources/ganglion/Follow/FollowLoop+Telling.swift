internal import CORNN
internal import Collectives
internal import Foundation
internal import MPI
internal import Runtime
internal import Wording

extension FollowLoop {
  /// Tells how it goes.
  ///
  /// - Collective: every rank of `world` must call it.
  func tell(on world: borrowing Communicator) throws {
    noteSnapshots()
    try measureWeights(on: world)
    status.record = source.record?.figures
    status.refused = source.refused.count
    status.outOfRange = network.outOfRange
    status.forecastsMissed = outputs.forecasts.missed
    status.unwritten = [
      log.failure.map { "the log: \($0)" }, outputs.forecasts.failure.map { "forecasts: \($0)" },
    ].compactMap { $0 }
    let figures = status.values(follower, taken: taken, counts: sequence.counts)
    log.write("status", figures)
    outputs.forecasts.publisher?.publish(status: figures)
    writePage()
    if source.feed != nil, !command.common.quiet {
      StandardError.write(status.line(follower), waits: false)
    }
    status.restart()
  }

  /// A page that cannot be written is told once, and tried again.
  private func writePage() {
    guard page != nil else { return }
    let scores = follower.scores
    let account = FollowPage.Account(
      source: command.source,
      network: "\(network.neurons) neurons, \(command.following.span)", status: status,
      counts: sequence.counts,
      scores: (
        scores.next.recentSkill, scores.rivalNext.recentSkill, scores.last.recentSkill,
        scores.rivalLast.recentSkill
      ), horizon: follower.horizon, alarms: follower.alarms)
    do {
      try page?.write(account)
      isPageLost = false
    } catch {
      if !isPageLost { StandardError.warn("no page: \(reason(of: error))", waits: false) }
      isPageLost = true
    }
  }

  /// By how much sampled weights have changed, and how many targets are clamped.
  private func measureWeights(on world: borrowing Communicator) throws {
    let fit = follower.fit
    let now = fit.weights(ofRows: Array(fit.fitted.prefix(Self.sampledNeurons))).flatMap { $0 }
    let targets = fit.targetsInWindow
    var sums = [0, 0, Double(targets.clamped), Double(targets.present)]
    if sample.count == now.count {
      for (before, after) in zip(sample, now) {
        sums[0] += (after - before) * (after - before)
        sums[1] += after * after
      }
    }
    sample = now
    try world.sum(&sums)
    status.weightChange = (sums[0] / sums[1]).squareRoot()
    status.clipped = sums[2] / sums[3]
  }

  /// Neurons of each rank whose weights are looked at.
  private static let sampledNeurons = 8

  /// Writes a snapshot, or begins to.
  ///
  /// One that fails is told, and the next one tried, unless it is the last.
  ///
  /// - Collective: every rank of `world` must call it.
  func writeSnapshot(isLast: Bool, on world: borrowing Communicator) throws {
    do {
      try outputs.snapshots.write(
        network, taken: taken, status: status, waits: isLast, on: world)
    } catch  where !isLast {
      noteFailure("\(error)")
    }
    noteSnapshots()
  }

  /// Counts the snapshots that have been written, and tells of those that have not.
  private func noteSnapshots() {
    let outcomes = outputs.snapshots.takeOutcomes()
    status.snapshots += outcomes.written
    for reason in outcomes.failures { noteFailure(reason) }
  }

  private func noteFailure(_ reason: String) {
    status.snapshotFailures += 1
    log.write("snapshot failed", ["reason": reason])
    guard source.feed != nil else { return }
    StandardError.warn("no snapshot: \(reason)", waits: false)
  }

  /// Solves the window, writes the model and says how it went.
  ///
  /// - Collective: every rank of `world` must call it.
  func finish(on world: borrowing Communicator) throws {
    follower.fit.settle(
      tolerance: FollowedNetwork.startTolerance, iterations: FollowedNetwork.mostIterations)
    try tell(on: world)
    do {
      try writeSnapshot(isLast: true, on: world)
    } catch {
      outputs.forecasts.close()
      throw error
    }
    outputs.forecasts.close()
    status.forecastsMissed = outputs.forecasts.missed
    let counts = sequence.counts
    log.write(
      "ended", status.values(follower, taken: taken, counts: counts).merging(totals) { $1 })
    let scores = follower.scores
    session.console.say(
      "\(taken) frames, \(counts.lost) lost in \(counts.gaps) gaps; skill of forecasts 1 ahead"
        + " \(short(scores.next.skill)) (linear \(short(scores.rivalNext.skill))),"
        + " \(follower.horizon) ahead \(short(scores.last.skill)) (linear"
        + " \(short(scores.rivalLast.skill)))")
    if command.stream.replay != .max, let ms = status.total.milliseconds {
      session.console.say(
        "ms from arrival to forecast: p50 \(short(ms[0])), p95 \(short(ms[1])), p99"
          + " \(short(ms[2])), max \(short(ms[3]))")
    }
    session.console.say("wrote \(command.output)")
    session.console.next(
      "ganglion", "report", command.output, "-o",
      NextStep.file(beside: command.output, "-report.html"))
    try throwEnd(on: world)
  }

  /// Figures of the whole run.
  private var totals: [String: any Encodable & Sendable] {
    let scores = follower.scores
    var totals: [String: any Encodable & Sendable] = [
      "skill_1": scores.next.skill, "skill_horizon": scores.last.skill,
      "linear_skill_1": scores.rivalNext.skill, "linear_skill_horizon": scores.rivalLast.skill,
    ]
    totals["latency_ms"] = status.total.milliseconds
    return totals
  }

  private func throwEnd(on world: borrowing Communicator) throws {
    try world.agreeOnRoot { if let failure { throw failure } }
    guard let stopReason, stopReason != .timeLimit else { return }
    throw CommandLineError(
      exitCode: ExitCode.stopped,
      description: "stopped because of \(stopReason.cause) after \(taken) frames;"
        + " \(command.output) holds the network of then")
  }
}

internal import Collectives
internal import Foundation
internal import Runtime
internal import Tasks
internal import Training
internal import Wording

/// Whether a training did what was asked for: all its iterations, without running away.
struct TrainOutcome {
  /// Iterations that were done, and asked for.
  let done: Int
  let iterations: Int
  /// Why it ended early without a checkpoint; nil if it did not.
  let stoppedBy: StopRequest.Reason?
  let divergence: Divergence?
  /// The held-out loss that was to be reached, if one was, and whether it was.
  let until: Double?
  let hasReachedGoal: Bool
  private let bestLoss: Double
  private let bestIteration: Int
  /// The share of the held-out targets' variance that is explained, where that is a score.
  private let explained: Double?

  init(
    _ result: TrainResult, iterations: Int, until: Double?, stoppedBy reason: StopRequest.Reason?
  ) {
    done = result.log.iteration.count
    self.until = until
    hasReachedGoal = result.hasReachedGoal
    bestLoss = result.bestLoss
    bestIteration = result.bestIteration
    explained = result.scores.first { $0.name == Score.explained }?.value
    self.iterations = iterations
    stoppedBy = reason
    divergence = result.divergence
  }

  /// Whether anything was learnt; the parameters of the start are no result.
  var hasResult: Bool { done > 0 || hasReachedGoal }

  /// What is to be known of a training that went as it was asked to, and taught the network
  /// nothing.
  var warnings: [String] {
    let remedy =
      "; do the inputs, and the time since a trial began, say what the targets are? If so, try more"
      + " --iterations or another --learning-rate"
    if done > 0, bestIteration == 0 {
      return ["nothing was learnt: no iteration had a lower held-out loss than the start" + remedy]
    }
    guard let explained, explained <= 0 else { return [] }
    return ["the held-out targets are no better explained than by their mean" + remedy]
  }

  /// Whether a loss was to be reached, and all iterations did not reach it.
  private var hasMissedGoal: Bool { until != nil && !hasReachedGoal }

  /// Attribute `completed` of the result.
  var isCompleted: Bool { stoppedBy == nil && divergence == nil && !hasMissedGoal }

  /// Attribute `ended` of the result, in words.
  var words: String {
    if let divergence {
      return "diverged at iteration \(divergence.iteration)"
    }
    if let stoppedBy {
      return "stopped by \(stoppedBy.cause) after \(done) of \(iterations) iterations"
    }
    guard let until else { return "after all iterations" }
    return hasReachedGoal
      ? "at a held-out loss of \(plain(bestLoss)) (--until \(plain(until))), after \(done) of"
        + " \(iterations) iterations"
      : "after all iterations, above the held-out loss of --until \(plain(until))"
  }

  /// The error with which the program ends once the result is written; nil if all is well.
  func error(method: Trainer.Method, output: String?) -> CommandLineError? {
    let holder = output ?? "the result"
    if let divergence {
      return CommandLineError(
        exitCode: ExitCode.notConverged,
        description: "\(Self.text(of: divergence)); \(holder) holds the best parameters before "
          + "that, which may be those of the start. \(Self.remedy(for: method))")
    }
    guard let stoppedBy else { return missedGoal(method, holder) }
    let scores = stoppedBy == .timeLimit ? "with their scores" : "and no scores"
    let left =
      hasResult ? "\(holder) holds the best parameters so far, \(scores)" : "there is no result"
    return CommandLineError(
      exitCode: stoppedBy.codeWithoutCheckpoint,
      description: """
        stopped by \(stoppedBy.cause) after \(done) of \(iterations) iterations, without a \
        checkpoint to go on from (--checkpoint FILE); \(left)
        """)
  }

  /// The error of a training that did not reach its loss.
  private func missedGoal(_ method: Trainer.Method, _ holder: String) -> CommandLineError? {
    guard hasMissedGoal, let until else { return nil }
    return CommandLineError(
      exitCode: ExitCode.notConverged,
      description: """
        the held-out loss came down to \(plain(bestLoss)) in \(iterations) iterations, and \
        --until is \(plain(until)); \(holder) holds the best parameters. Give more --iterations, \
        another --learning-rate, or a larger --until
        """)
  }

  private static func text(of divergence: Divergence) -> String {
    guard divergence.loss.isFinite else {
      return "the training diverged: the loss was no longer finite at iteration "
        + "\(divergence.iteration)"
    }
    return String(
      format: "the training diverged: the held-out loss is %.3g at iteration %d, and was %.3g at "
        + "the start", divergence.loss, divergence.iteration, divergence.first)
  }

  private static func remedy(for method: Trainer.Method) -> String {
    switch method {
    case .sofo: "Use a smaller --learning-rate or a larger --damping"
    case .adam, .adamw, .soap, .muon, .eggroll: "Use a smaller --learning-rate, or --clip 1"
    case .forwardGradient, .firstOrder: "Use a smaller --learning-rate"
    case .force: "Use a larger --force-alpha or another --seed"
    }
  }
}

extension StopRequest.Reason {
  /// The exit code of a training, or a comparison, that it stops without a checkpoint.
  var codeWithoutCheckpoint: Int32 {
    switch self {
    case .interrupt: ExitCode.interrupted
    case .signal: ExitCode.terminated
    case .timeLimit, .stopFile, .request: ExitCode.notConverged
    }
  }
}

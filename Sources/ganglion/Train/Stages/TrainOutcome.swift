internal import Collectives
internal import Foundation
internal import Runtime
internal import Training

/// Whether a training did what was asked for: all its iterations, without running away.
struct TrainOutcome {
  /// Iterations that were done, and asked for.
  let done: Int
  let iterations: Int
  /// Why it ended early without a checkpoint; nil if it did not.
  let stoppedBy: StopRequest.Reason?
  let divergence: Divergence?

  init(_ result: TrainResult, iterations: Int, stoppedBy reason: StopRequest.Reason?) {
    done = result.log.iteration.count
    self.iterations = iterations
    stoppedBy = reason
    divergence = result.divergence
  }

  /// Whether anything was learnt; the parameters of the start are no result.
  var hasResult: Bool { done > 0 }

  /// Attribute `completed` of the result.
  var isCompleted: Bool { stoppedBy == nil && divergence == nil }

  /// Attribute `ended` of the result, in words.
  var words: String {
    if let divergence {
      return "diverged at iteration \(divergence.iteration)"
    }
    return stoppedBy.map { "stopped by \($0.cause) after \(done) of \(iterations) iterations" }
      ?? "after all iterations"
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
    guard let stoppedBy else { return nil }
    let code =
      switch stoppedBy {
      case .interrupt: ExitCode.interrupted
      case .signal: ExitCode.terminated
      case .timeLimit, .stopFile: ExitCode.notConverged
      }
    let left =
      hasResult ? "\(holder) holds the best parameters so far, and no scores" : "there is no result"
    return CommandLineError(
      exitCode: code,
      description: """
        stopped by \(stoppedBy.cause) after \(done) of \(iterations) iterations, without a \
        checkpoint to go on from (--checkpoint FILE); \(left)
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
    case .adam: "Use a smaller --learning-rate, or --clip 1"
    case .forwardGradient, .firstOrder: "Use a smaller --learning-rate"
    case .force: "Use a larger --force-alpha or another --seed"
    }
  }
}

internal import Differentiation
internal import Recordings
internal import Results
internal import SOFO
internal import Tasks
internal import Training

extension TrainCommand {
  /// Every setting as it is used, but for the grid: a run may go on on other ranks.
  func record(
    _ settings: Trainer.Settings, _ task: some LearningTask, _ program: Program
  ) -> Settings {
    let subspace = settings.subspace
    let options = taskOptions
    var own: [String: any Encodable & Sendable] = [:]
    if let task = task as? any RecordableTask {
      own = [
        "cell": task.cell.kind.rawValue, "leak": task.cell.leak, "hidden": task.cell.units,
      ]
    }
    if let task = task as? DescribedTask {
      own["description"] = task.text
      own["hidden"] = task.description.network.hidden
    }
    if let hidden = options.hidden { own["hidden"] = hidden }
    if let growth = settings.growth { own["first-steps"] = growth.first }
    if let until = settings.until { own["until"] = until }
    return Settings(own).adding(settings.gradientRecord).adding([
      "command": "train", "task": self.task.rawValue, "optimizer": settings.method.rawValue,
      "batch": settings.batch, "steps": task.steps, "iterations": settings.iterations,
      "tangents": subspace.tangents, "tangent-kind": subspace.kind.rawValue,
      "damping": subspace.damping, "damping-rule": subspace.rule.rawValue,
      "learning-rate": settings.method.usesGradient ? settings.learningRate : subspace.learningRate,
      "orthonormal": subspace.orthonormal, "whitening": subspace.whitening,
      "seed": Int(clamping: settings.seed),
      "clip": settings.clip, "eval-every": settings.evaluateEvery, "held-out": settings.heldOut,
      "precision": precision.rawValue, "bits": options.bits, "trained": trainedPart.rawValue,
      "dimensions": options.dimensions, "supervision": options.supervision.rawValue,
      "cell": (options.cell ?? .residual).rawValue, "parameters": program.freeParameterCount,
    ])
  }

  /// The settings of a method that is compared with others: those that it has; what is tuned, or
  /// left to the clock, says so.
  func comparedRecord(
    _ settings: Trainer.Settings, _ task: some LearningTask, _ program: Program
  ) -> Settings {
    var own: [String: any Encodable & Sendable] = [
      "learning-rate": "tuned", "force-alpha": "tuned",
      "schedule": settings.schedule.shape.rawValue, "optimizer": comparison.against ?? "",
      "iterations": "by run-time", "eval-every": "by run-time",
    ]
    if settings.tunedSettings.damping != nil { own["damping"] = "tuned" }
    return Settings(own).adding(record(settings, task, program))
      .keeping { OptimizerOptions.hasFlag($0, settings.method) }
  }

  /// What a checkpoint must agree with: the settings, and digests of what the task has read.
  ///
  /// - Throws: `CommandLineError` (64) for a number that is not finite.
  func identity(_ record: Settings, content: [String: String]) throws -> String {
    try record.adding([
      CheckpointFile.formatSetting: Self.checkpointFormat, "grid": "",
      "hidden": taskOptions.hidden ?? 0,
      "classes": taskOptions.classes, "leak": taskOptions.leak ?? 0.1,
      "force-alpha": optimizer.forceAlpha,
    ]).adding(content).json
  }

  /// Goes up when a checkpoint means something else than before.
  private static var checkpointFormat: Int { 3 }
}

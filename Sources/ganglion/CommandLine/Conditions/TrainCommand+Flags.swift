internal import SOFO
internal import Training
internal import Wording

extension TrainCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    TaskOptions.owners.map { flags, tasks in
      FlagCondition(
        flags, when: tasks.contains(task),
        else: "it belongs to the task \(alternatives(tasks.map(\.rawValue))), and this is "
          + task.rawValue)
    }
      + OptimizerOptions.owners.map { flags, methods in
        FlagCondition(
          flags, when: !Set(methods).isDisjoint(with: methodsInPlay),
          else: "it belongs to --optimizer \(alternatives(methods.map(\.rawValue))), and this is "
            + alternatives(methodsInPlay.map(\.rawValue)))
      } + [
        FlagCondition(
          ["seeds", "run-time", "tuning-time", "strict"], when: comparison.against != nil,
          else: "it belongs to --against"),
        FlagCondition(
          ["precision"],
          when: precision != .mixed || methodsInPlay.contains(where: \.usesDirections),
          else: "mixed is for products of tangents, and this is "
            + alternatives(methodsInPlay.map(\.rawValue))),
        FlagCondition(
          ["optimizer"], when: comparison.against == nil, else: "--against names the methods"),
        FlagCondition(
          ["learning-rate", "damping", "force-alpha"], when: comparison.against == nil,
          else: "--against tunes it"),
        FlagCondition(
          ["iterations", "eval-every", "until"], when: comparison.against == nil,
          else: "runs of --against end by the clock (--run-time)"),
        FlagCondition(
          ["trained"], when: taskOptions.cell != .rate, else: "--cell rate trains all weights"),
        FlagCondition(
          ["leak"], when: task != .flipflop || taskOptions.cell == .rate,
          else: "it belongs to flipflop --cell rate"),
        FlagCondition(["quiet"], when: !dryRun, else: "--dry-run only prints"),
        FlagCondition(["timings"], when: !common.quiet, else: "--quiet prints nothing"),
      ]
  }
}

extension TrainCommand {
  /// The methods that flags may belong to.
  private var methodsInPlay: [Trainer.Method] {
    comparison.names ?? [optimizer.optimizer]
  }
}

extension TaskOptions {
  /// Whether a size belongs to a task.
  static func hasFlag(_ flag: String, _ task: TaskName) -> Bool {
    owners.allSatisfy { !$0.flags.contains(flag) || $0.tasks.contains(task) }
  }

  /// Which tasks a size belongs to; those of no row belong to all.
  fileprivate static let owners: [(flags: [String], tasks: [TaskName])] = [
    (["bits", "trained"], [.flipflop]),
    (["dimensions"], [.kalman]),
    (["supervision"], [.lorenz]),
    (["cell"], [.lorenz, .flipflop]),
    (["targets", "drive"], [.teacher]),
    (["leak"], [.teacher, .timedResponse, .flipflop]),
    (["classes"], [.oneShot]),
    (["first-steps"], [.delayedAddition]),
    (["data"], [.mnist]),
    (["description"], [.described]),
    (["hidden"], TaskName.allCases.filter { $0 != .described }),
    (
      ["steps"],
      TaskName.allCases.filter { ![.oneShot, .mnist, .described].contains($0) }
    ),
  ]
}

extension OptimizerOptions {
  /// Whether a setting belongs to a method.
  static func hasFlag(_ flag: String, _ method: Trainer.Method) -> Bool {
    owners.allSatisfy { !$0.flags.contains(flag) || $0.methods.contains(method) }
  }

  /// Which optimisers a setting belongs to; those of no row belong to all.
  fileprivate static let owners: [(flags: [String], methods: [Trainer.Method])] =
    [
      (
        ["tangents", "tangent-kind", "grid", "damping-rule"],
        Trainer.Method.allCases.filter(\.usesDirections)
      ),
      (["damping", "whitening", "orthonormal"], [.sofo]),
      (["learning-rate"], Trainer.Method.allCases.filter { $0 != .force }),
      (["force-alpha"], [.force]),
    ] + GradientOptions.owners
}

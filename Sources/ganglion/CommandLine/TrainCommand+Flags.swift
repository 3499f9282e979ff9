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
          flags, when: methods.contains(optimizer.optimizer),
          else: "it belongs to --optimizer \(alternatives(methods.map(\.rawValue))), and this is "
            + optimizer.optimizer.rawValue)
      } + [
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

extension TaskOptions {
  /// Which tasks a size belongs to; those of no row belong to all.
  fileprivate static let owners: [(flags: [String], tasks: [TaskName])] = [
    (["bits", "trained"], [.flipflop]),
    (["dimensions"], [.kalman]),
    (["supervision"], [.lorenz]),
    (["cell"], [.lorenz, .flipflop]),
    (["targets", "drive"], [.teacher]),
    (["leak"], [.teacher, .timedResponse, .flipflop]),
    (["classes"], [.oneShot]),
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
  /// Which optimisers a setting belongs to; those of no row belong to all.
  fileprivate static let owners: [(flags: [String], methods: [Trainer.Method])] = [
    (
      ["tangents", "tangent-kind", "grid", "damping-rule"],
      Trainer.Method.allCases.filter(\.usesDirections)
    ),
    (["damping", "whitening", "orthonormal"], [.sofo]),
    (["learning-rate"], Trainer.Method.allCases.filter { $0 != .force }),
    (["clip"], [.adam]),
    (["force-alpha"], [.force]),
  ]
}

extension PlanFitCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [
      FlagCondition(
        ["rollout-starts"], when: holdout > 0, else: "--holdout 0 leaves no frame to run from"),
      FlagCondition(
        ["recording"], when: sbatch != nil || neurons == nil || frames == nil,
        else: "--neurons and --frames say its sizes, and no --sbatch asks for its job"),
      FlagCondition(["strict"], when: false, else: "a plan solves nothing"),
      FlagCondition(["quiet"], when: false, else: "a plan only prints"),
    ]
  }
}

extension PlanTrainCommand: ConditionalFlags {
  /// What describes the training is taken as `train` takes it; a plan has no files and no end.
  var flagConditions: [FlagCondition] {
    train.flagConditions + [
      FlagCondition(
        [
          "output", "log", "checkpoint", "checkpoint-every", "resume", "max-time", "watchdog",
          "timings",
        ], when: false, else: "a plan trains nothing and writes nothing"),
      FlagCondition(["dry-run"], when: false, else: "a plan does nothing else"),
      FlagCondition(["quiet"], when: false, else: "a plan only prints"),
    ]
  }
}

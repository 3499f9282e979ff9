extension PlanFitCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    model.flagConditions + selection.flagConditions + [
      FlagCondition(
        ["rollout-starts"], when: model.holdout > 0,
        else: "--holdout 0 leaves no frame to run from"),
      FlagCondition(
        ["recording"], when: sbatch != nil || !hasSizes,
        else: "--neurons and --frames say its sizes, and no --sbatch asks for its job"),
      FlagCondition(
        SourceOptions.names.filter { !["inputs", "dt", "rate"].contains($0) },
        when: recording != nil, else: "no --recording is read"),
      FlagCondition(
        ["dt", "rate"], when: recording != nil || model.tau != nil,
        else: "no --recording is read, and no --tau is a leak by it"),
      FlagCondition(
        PreprocessingOptions.names, when: sbatch != nil,
        else: "a plan is the same with it; it belongs in a job, and there is no --sbatch"),
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

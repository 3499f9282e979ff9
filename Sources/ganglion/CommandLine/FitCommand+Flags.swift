extension FitCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    model.flagConditions + [
      FlagCondition(
        ["rollout-starts"], when: model.holdout > 0, else: "--holdout 0 leaves no frame to run from"
      ),
      FlagCondition(["quiet"], when: !dryRun, else: "--dry-run only prints"),
      FlagCondition(["timings"], when: !common.quiet, else: "--quiet prints nothing"),
    ]
  }
}

extension ModelOptions: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [
      FlagCondition(
        ["threshold"], when: [.robust, .noiseAware, .weighted].contains(loss),
        else: "it belongs to --loss robust, noise-aware and weighted, and the loss is "
          + loss.rawValue),
      FlagCondition(
        ["noise-ratio"], when: loss == .noiseAware,
        else: "it belongs to --loss noise-aware, and the loss is \(loss.rawValue)"),
    ]
  }
}

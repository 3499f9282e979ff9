internal import Rivals

extension FitCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    model.flagConditions + selection.flagConditions + method.flagConditions + [
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

extension SelectionOptions: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [
      FlagCondition(
        ["horizon"], when: runsFreely,
        else: "it belongs to --select rollout and both, and this is \(select.rawValue)")
    ]
  }
}

extension MethodOptions: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [
      FlagCondition(
        ["start-scale"], when: start == .random, else: "it belongs to --start random"),
      FlagCondition(
        ["method-seed"], when: isRandom, else: "neither start nor method is random"),
      FlagCondition(
        ["learning-rate"], when: method.isAdam,
        else: "it belongs to --method adam and bptt, and this is \(method.rawValue)"),
      FlagCondition(
        ["minibatch"], when: method == .adam,
        else: "it belongs to --method adam, and this is \(method.rawValue)"),
      FlagCondition(
        ["until"], when: method.isRival, else: "it belongs to the rivals of --method cornn"),
      FlagCondition(
        ["curve"], when: !method.isRival, else: "--method \(method.rawValue) logs it in any case"),
    ] + force.flagConditions(for: method) + throughTime.flagConditions(for: method)
  }
}

extension ScalingCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [
      FlagCondition(
        ["ranks", "threads", "runs", "launcher", "ranks-per-node", "max-time"], when: !collect,
        else: "--collect only reports what the folder holds"),
      FlagCondition(
        ["launcher", "max-time", "machine"], when: !submit,
        else: "--submit leaves the runs to Slurm, and the report to --collect"),
      FlagCondition(
        ["job-file", "sbatch"], when: submit, else: "it says how to --submit, which is not given"),
      FlagCondition(
        ["weak", "generate"], when: !job.isEmpty,
        else: "it is part of the job after --, and none is given"),
      FlagCondition(
        ["generate"], when: job.contains { $0.contains("{recording}") },
        else: "the job does not use {recording}, which it would make"),
      FlagCondition(
        ["weak"], when: (job + [generate ?? ""]).contains { $0.contains(/\{\d+\}/) },
        else: "nothing grows: write {K} for what is to be K times ranks times threads"),
      FlagCondition(
        ["machine"], when: job.first != "train", else: "only fits are predicted"),
    ]
  }
}

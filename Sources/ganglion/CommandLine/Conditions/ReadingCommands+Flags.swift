internal import Wording

extension InspectCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [
      FlagCondition(["all"], when: !json, else: "--json lists candidates, and no other objects"),
      FlagCondition(["quiet"], when: false, else: "inspect only prints"),
      FlagCondition(["threads"], when: false, else: "inspect reads on one thread"),
    ]
  }
}

extension EvaluateCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [
      FlagCondition(["json"], when: !common.quiet, else: "--quiet prints nothing"),
      FlagCondition(
        ["quiet"], when: output != nil, else: "without -o FILE evaluate only prints"),
      FlagCondition(
        ["regions"],
        when: nulls.nulls != nil || currents || standardErrors != nil || parts.isGiven,
        else: "it tells between what --currents are, and of what pairs --nulls, --standard-errors,"
          + " --split-halves and --bootstrap"),
    ] + nulls.conditions + parts.conditions
  }

  /// Refuses flags about the prediction of frames, where no frame is predicted.
  func refusePredictionFlags(because reason: String) throws {
    let given = [
      ("--horizon", horizon), ("--starts", starts), ("--attractor-frames", attractorFrames),
      ("--fixed-points", fixedPoints),
    ]
    for (flag, value) in given where value != nil {
      throw CommandLineError.usage("\(flag) does nothing here: \(reason); leave it out")
    }
  }

  /// Refuses flags about what a recording says of the network besides, where there is none.
  func refuseRecordingFlags(because reason: String) throws {
    let given = [
      ("--standard-errors", standardErrors != nil), ("--perturbed", perturbed != nil),
      ("--nulls", nulls.nulls != nil), ("--currents", currents),
      (parts.flag, parts.isGiven),
    ]
    for (flag, isGiven) in given where isGiven {
      throw CommandLineError.usage("\(flag) does nothing here: \(reason); leave it out")
    }
  }
}

extension DoctorCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    [
      FlagCondition(
        ["directory", "time-limit"], when: !noFiles,
        else: "it belongs to the file test, which --no-files skips"),
      FlagCondition(["quiet"], when: false, else: "doctor only prints"),
    ]
  }
}

extension SourceOptions {
  /// The long names of these flags.
  static var names: [String] { FlagCatalog(of: SourceOptions.self).names }

  /// Refuses flags about how a recording is read, where none is.
  func refuse(because reason: String) throws {
    guard let flag = settings.keys.min() else { return }
    throw CommandLineError.usage("--\(flag) does nothing here: \(reason); leave it out")
  }
}

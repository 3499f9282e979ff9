extension SimulateCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    let isNoisy = inputNoise > 0 || outputNoise > 0
    return noiseShape.conditions(input: inputNoise, output: outputNoise) + [
      FlagCondition(
        SourceOptions.names.filter { $0 != "dt" && $0 != "rate" }, when: recording != nil,
        else: "it says what to read of a --recording, and none is given"),
      FlagCondition(
        ["start-frame"], when: recording != nil,
        else: "it is a frame of a --recording, and none is given"),
      FlagCondition(
        ["no-inputs"], when: recording != nil,
        else: "without a --recording the inputs are zero anyway"),
      FlagCondition(
        ["seed"], when: recording == nil || isNoisy,
        else: "nothing is random, as the start is a frame of the recording and there is no noise"),
    ]
  }
}

extension GenerationOptions: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    noiseShape.conditions(input: inputNoise, output: outputNoise)
  }
}

extension GenerateChaotic: ConditionalFlags {
  var flagConditions: [FlagCondition] { options.flagConditions }
}

extension GenerateFlipFlop: ConditionalFlags {
  var flagConditions: [FlagCondition] { options.flagConditions }
}

extension GenerateTimedResponse: ConditionalFlags {
  var flagConditions: [FlagCondition] { options.flagConditions }
}

extension GenerateLowRank: ConditionalFlags {
  var flagConditions: [FlagCondition] { options.flagConditions }
}

extension GenerateThreeRegions: ConditionalFlags {
  var flagConditions: [FlagCondition] { options.flagConditions }
}

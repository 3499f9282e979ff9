extension FollowCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    let isReplay = kind == .recording
    let isPipe = kind == .framed || kind == .raw
    return model.flagConditions + [
      FlagCondition(
        ["holdout"], when: false,
        else: "every frame is forecast before it is fitted, so none is held out"),
      FlagCondition(
        TraceOptions.names.filter { !["dt", "rate", "traces", "timestamps"].contains($0) },
        when: isReplay, else: "it says what to read of a recording, and this is a stream"),
      FlagCondition(
        ["traces", "timestamps"], when: isReplay || kind == .table,
        else: "it says what to read of a recording or a table, and this is neither"),
      FlagCondition(
        ["cells"], when: isPipe || kind == .socket,
        else: "it belongs to a stream of float32 on -, a FIFO or a socket"),
      FlagCondition(
        ["framed"], when: isPipe, else: "it belongs to a stream of float32 on - or a FIFO"),
      FlagCondition(
        ["reorder"], when: stream.framed || kind == .socket || kind == .folder,
        else: "only frames with numbers come out of order: framed ones, messages and files"),
      FlagCondition(
        ["bind"], when: kind == .socket, else: "it belongs to a source that is a socket"),
      FlagCondition(
        ["any-host"], when: stream.bind || outputs.publish != nil || outputs.control != nil,
        else: "it is about what --bind, --publish and --control bind, and there is none of them"),
      FlagCondition(
        ["budget"], when: stream.replay != .max,
        else: "--replay max has no clock, and refines a fixed number of neurons a frame"),
    ]
  }
}

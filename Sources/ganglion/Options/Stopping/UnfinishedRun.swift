/// What becomes of a run that is stopped and has no checkpoint.
enum UnfinishedRun {
  /// It is lost; a checkpoint would have kept what was done.
  case lost
  /// It is lost, and could not have had a checkpoint.
  case lostInAnyCase
  /// It ends with a result: a training's best parameters.
  case bestParameters
  /// It ends with a result, and could not have had a checkpoint: the weights of a rival.
  case weightsItHas

  /// What a stop does, in words; nil: the run is ended on the spot.
  var plan: String? {
    switch self {
    case .lost, .lostInAnyCase: nil
    case .bestParameters:
      "there is no checkpoint (--checkpoint FILE); stopping with the best parameters so far"
    case .weightsItHas: "rivals keep no checkpoint; stopping with the weights it has"
    }
  }

  /// What would have helped, as the end of a sentence.
  var advice: String {
    if case .lost = self { "; --checkpoint FILE keeps what is done" } else { "" }
  }
}

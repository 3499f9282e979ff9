internal import Collectives
internal import Foundation
internal import Networks
internal import Results
internal import Tasks
internal import Wording

extension TrainedRun {
  /// The task of a run, with the network's sizes.
  ///
  /// `steps` is the length of a trial, that of the training where nil.
  ///
  /// - Throws: `CommandLineError`: 65 if simulate cannot run its network; 64 if trials of the
  ///   task have one length only.
  func recordableTask(steps: Int?) throws -> any RecordableTask {
    let object = try? JSONSerialization.jsonObject(with: Data(configuration.utf8))
    let settings = object as? [String: Any] ?? [:]
    func number(_ name: String) -> Double? { (settings[name] as? NSNumber)?.doubleValue }
    let cell = settings["cell"] as? String
    guard let units = shapes["W"]?.first, let leak = number("leak"),
      let trained = number("steps").map({ Int($0) }),
      (task == TaskName.flipflop.rawValue && cell == CellName.rate.rawValue)
        || task == TaskName.timedResponse.rawValue
    else {
      throw CommandLineError(
        exitCode: ExitCode.badData,
        description: "\(path): a run of \(task), whose network simulate cannot run; it runs those"
          + " of `train flipflop --cell rate` and of `train timed-response`")
    }
    guard task == TaskName.flipflop.rawValue else {
      guard steps == nil else {
        throw CommandLineError.usage(
          "--steps does nothing here: a trial of timed-response has the \(trained) steps of its"
            + " training; leave it out")
      }
      return TimedResponse(hidden: units, steps: trained, leak: leak)
    }
    return RateFlipFlop(
      bits: shapes["W_in"]?.first ?? 0, hidden: units, steps: steps ?? trained, leak: leak)
  }
}

extension TanhCell.Kind {
  /// What leaks.
  var leak: TrialNetwork.Leak {
    switch self {
    case .rate: .rates
    case .current: .currents
    }
  }
}

internal import Foundation

extension Recording {
  /// Whether another description of the same files makes the same recording of them: the same
  /// traces, inputs, trials and times.
  package func isRead(as other: Recording) -> Bool {
    guard parts.count == other.parts.count,
      zip(parts, other.parts).allSatisfy({ $0.isRead(as: $1) })
    else { return false }
    return fingerprint != nil && fingerprint == other.fingerprint
      && tables.times == other.tables.times && tables.inputs == other.tables.inputs
      && tables.trialStarts == other.tables.trialStarts
  }

  /// The plan as text, without the words for the log.
  private var fingerprint: Data? {
    var plan = plan
    plan.notes = []
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try? encoder.encode(plan)
  }
}

package import Collectives
internal import Foundation
internal import Wording

extension Recording {
  /// Several recordings of the same neurons, one after the other: each begins a trial.
  ///
  /// Times go on: each file's first frame follows the frame before by one frame time.
  ///
  /// - Throws: on every rank alike, `RecordingError`, 65: they disagree in neurons, labels,
  ///   frame time, leak or inputs; 64: one file is the neuropil of all; what `open` throws.
  /// - Collective: every rank of `group` must call it, rank 0 alone reads.
  package static func open(
    _ requests: [RecordingRequest], on group: borrowing some RankGroup & ~Copyable
  ) throws -> Recording {
    precondition(!requests.isEmpty, "no recording")
    try group.agreeOnRoot {
      guard requests.count > 1, let path = requests[0].neuropil?.path else { return }
      guard !FileManager.default.fileExists(atPath: path) else {
        throw RecordingError.usage(
          "--neuropil \(path) is one file, and there are \(requests.count) recordings: fit them"
            + " from HDF5 files or Suite2p folders, which hold their own neuropil")
      }
    }
    var parts: [Recording] = []
    for request in requests { parts.append(try open(request, on: group)) }
    return parts.count == 1 ? parts[0] : try joined(parts)
  }

  private static func joined(_ parts: [Recording]) throws -> Recording {
    let first = parts[0]
    for part in parts.dropFirst() { try first.requireSameNeurons(as: part) }
    var plan = first.plan
    var tables = RecordingTables()
    plan.frames = parts.reduce(0) { $0 + $1.frames }
    plan.storedFrames = nil
    plan.format = Set(parts.map(\.format)).count == 1 ? first.format : "several formats"
    plan.notes = parts.flatMap { part in part.notes.map { "\(part.path): \($0)" } }
    let hasTimes = first.dt != nil && parts.allSatisfy { !$0.times.isEmpty }
    tables.trialStarts = []
    var frame = 0
    for part in parts {
      tables.trialStarts += part.trialStarts.map { frame + $0 }
      tables.inputs += part.tables.inputs
      if hasTimes, let dt = first.dt {
        let start = tables.times.last.map { $0 + dt } ?? part.times[0]
        tables.times += part.times.map { start + $0 - part.times[0] }
      }
      frame += part.frames
    }
    var whole = Recording(plan: plan, tables: tables)
    whole.parts = parts
    return whole
  }

  /// Checks that another recording can follow this one.
  private func requireSameNeurons(as other: Recording) throws {
    func refuse(_ what: String) -> RecordingError {
      .badData("\(path) and \(other.path) are not of the same neurons: \(what)")
    }
    guard neurons == other.neurons else {
      throw refuse("\(neurons) against \(other.neurons) neurons")
    }
    if let i = labels.indices.first(where: { labels[$0] != other.labels[$0] }) {
      throw refuse("neuron \(i) is \(labels[i]) in the one and \(other.labels[i]) in the other")
    }
    func differ(_ a: Double?, _ b: Double?, by tolerance: Double) -> Bool {
      guard let a, let b else { return (a == nil) != (b == nil) }
      return abs(a - b) > tolerance * abs(a)
    }
    func named(_ value: Double?) -> String { value.map { plain($0) } ?? "unknown" }
    func refuseTogether(_ what: String) -> RecordingError {
      .badData("\(path) and \(other.path) cannot be fitted together: \(what)")
    }
    // Jittered time stamps give frame times that differ a little.
    if differ(dt, other.dt, by: 0.01) {
      throw refuseTogether(
        "their frame times are \(named(dt)) and \(named(other.dt)) s (--dt and --rate set both)")
    }
    if differ(alpha, other.alpha, by: 1e-6) {
      throw refuseTogether("their leaks are \(named(alpha)) and \(named(other.alpha))")
    }
    guard inputNames == other.inputNames else {
      throw refuseTogether("their inputs are \(inputNames) and \(other.inputNames)")
    }
  }
}

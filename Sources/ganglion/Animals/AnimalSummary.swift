internal import Evaluation
internal import Foundation

/// What the table says of one animal; what is not known is nil.
struct AnimalSummary: Codable {
  let name: String
  let recording: String
  /// Why it is not fitted; nil: it is.
  var failure: String?
  var neurons: Int?
  var frames: Int?
  var alpha: Double?
  var lambda: Double?
  /// One-step errors on the held-out frames, summed over neurons.
  var error: Double?
  var persistence: Double?
  var linear: Double?
  /// Error of free runs / that of persistence, the mean over the frames ahead.
  var runs: Double?
  /// What the held-out frames, and free runs, say.
  var verdicts: [String] = []
  var warnings: [String] = []

  var isFitted: Bool { failure == nil }

  /// Looks into its model and its record, on one rank.
  init(_ animal: Animal) {
    name = animal.name
    recording = animal.recording
    let record = AnimalRecord(animal)
    // A model without a record may be anyone's.
    let isThere = record != nil && FileManager.default.fileExists(atPath: animal.model)
    failure = record?.failure ?? (isThere ? nil : "not fitted yet")
    guard failure == nil else { return }
    do {
      let model = try ResultContents(animal.model)
      read(ScoredResult(model: model, scores: nil))
    } catch {
      failure = "\(error)"
    }
  }

  private mutating func read(_ result: ScoredResult) {
    func known(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    neurons = result.labels.count
    frames = result.model.vector("time")?.count
    alpha = known(result.model.number("alpha"))
    lambda = known(result.model.number("lambda"))
    if let totals = result.totals {
      error = known(totals.model)
      persistence = known(totals.persistence)
      linear = known(totals.linear)
      verdicts.append(totals.verdict.sentence)
    }
    if let model = result.score("rollout_mse"), let still = result.score("rollout_persistence_mse"),
      model.count == still.count, !model.isEmpty
    {
      runs = known(zip(model, still).reduce(0) { $0 + $1.0 / $1.1 } / Double(model.count))
    }
    if let verdict = result.runVerdict { verdicts.append(verdict.sentence) }
    warnings = FitWarnings(result).sentences.filter { !verdicts.contains($0) }
  }
}

internal import CORNN
package import Foundation

/// The log of a fit begins with what its plan needs to know.
extension PlannedFit {
  /// The keys of the event; those that are nil are missing in the logs of earlier versions.
  private struct Entry: Decodable {
    var neurons: Int
    var inputs: Int
    var frames: Int
    var holdout: Double
    var bias: Bool
    var form: String
    var bytesPerScalar: Int
    var tolerance: Double
    var iterations: Int
    var isFactored: Bool
    var rolloutStarts: Int
    var usesFeatures: Bool
    /// The ridge per frame.
    var lambda: Double?
    var selfConnections: Bool?
    var isPublishedRule: Bool?
    var usesCurvature: Bool?
    var search: SearchCandidates?
    var searchesInFeatures: Bool?
  }

  /// The fit of the last `started` in a log; nil if it is none of a fit.
  package init?(log: Data) {
    struct Event: Decodable { let event: String }
    let decoder = JSONDecoder()
    let lines = log.split(separator: UInt8(ascii: "\n"))
    guard
      let line = lines.last(where: {
        (try? decoder.decode(Event.self, from: $0))?.event == "started"
      }), let entry = try? decoder.decode(Entry.self, from: line),
      [4, 8].contains(entry.bytesPerScalar)
    else { return nil }
    self.init(entry)
  }

  private init(_ entry: Entry) {
    var configuration = Configuration()
    configuration.bias = entry.bias
    configuration.form = Configuration.Form(rawValue: entry.form) ?? .auto
    configuration.tolerance = entry.tolerance
    configuration.iterations = entry.iterations
    configuration.usesFeatures = entry.usesFeatures
    configuration.lambda = entry.lambda ?? configuration.lambda
    configuration.searchesInFeatures =
      entry.searchesInFeatures ?? configuration.searchesInFeatures
    configuration.selfConnections = entry.selfConnections ?? configuration.selfConnections
    shape = FitShape(
      neurons: entry.neurons, inputs: entry.inputs, frames: entry.frames, holdout: entry.holdout,
      bias: entry.bias)
    choices = FitChoices(
      configuration: configuration, bytesPerScalar: entry.bytesPerScalar,
      isFactored: entry.isFactored, rolloutStarts: entry.rolloutStarts,
      isPublishedRule: entry.isPublishedRule ?? false,
      usesCurvature: entry.usesCurvature ?? false, search: entry.search)
  }

  /// As an event of the log.
  package var event: [String: any Sendable & Encodable] {
    let configuration = choices.configuration
    var event: [String: any Sendable & Encodable] = [
      "neurons": shape.neurons, "inputs": shape.inputs, "frames": shape.frames,
      "holdout": shape.holdout, "bias": shape.bias, "form": configuration.form.rawValue,
      "bytesPerScalar": choices.bytesPerScalar, "tolerance": configuration.tolerance,
      "iterations": configuration.iterations, "isFactored": choices.isFactored,
      "rolloutStarts": choices.rolloutStarts, "usesFeatures": configuration.usesFeatures,
      "lambda": configuration.lambda, "selfConnections": configuration.selfConnections,
      "isPublishedRule": choices.isPublishedRule, "usesCurvature": choices.usesCurvature,
      "searchesInFeatures": configuration.searchesInFeatures,
    ]
    event["search"] = choices.search
    return event
  }
}

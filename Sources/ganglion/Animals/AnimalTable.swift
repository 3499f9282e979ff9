internal import Charts
internal import Foundation
internal import HDF5
internal import MPI
internal import Reports
internal import Results
internal import Statistics
internal import Wording

/// All animals, for terminal, file and page.
struct AnimalTable: Codable {
  let animals: [AnimalSummary]
  let agreements: [SharedWeights.Agreement]

  private var fitted: [AnimalSummary] { animals.filter(\.isFitted) }

  private static let heads = [
    "animal", "neurons", "frames", "alpha", "lambda", "error", "linear", "free runs", "warnings",
  ]

  private func cells(_ animal: AnimalSummary) -> [String] {
    func number(_ value: Double?) -> String { value.map { plain($0, digits: 3) } ?? "" }
    func ratio(_ value: Double?) -> String {
      guard let value, let still = animal.persistence, still > 0 else { return "" }
      return number(value / still)
    }
    return [
      animal.name, animal.neurons.map(String.init) ?? "", animal.frames.map(String.init) ?? "",
      number(animal.alpha), number(animal.lambda), ratio(animal.error), ratio(animal.linear),
      number(animal.runs), "\(animal.warnings.count)",
    ]
  }

  /// Sums of neurons, frames and warnings, and medians of what is a ratio.
  private var summed: [String] {
    func middle(_ values: [Double?]) -> String {
      let known = values.compactMap { $0 }
      return known.isEmpty ? "" : plain(median(known), digits: 3)
    }
    func ratio(_ value: (AnimalSummary) -> Double?) -> String {
      middle(
        fitted.map { animal in
          guard let own = value(animal), let still = animal.persistence, still > 0 else {
            return nil
          }
          return own / still
        })
    }
    return [
      "all \(fitted.count), medians", "\(fitted.reduce(0) { $0 + ($1.neurons ?? 0) })",
      "\(fitted.reduce(0) { $0 + ($1.frames ?? 0) })", middle(fitted.map(\.alpha)),
      middle(fitted.map(\.lambda)), ratio(\.error), ratio(\.linear), middle(fitted.map(\.runs)),
      "\(fitted.reduce(0) { $0 + $1.warnings.count })",
    ]
  }

  private func failures(told: Set<String> = []) -> [String] {
    animals.filter { !told.contains($0.name) }.compactMap { animal in
      animal.failure.map { "\(animal.name): not fitted: \($0)" }
    }
  }

  private var medianAgreement: String? {
    let known = agreements.compactMap(\.correlation)
    guard !known.isEmpty else { return nil }
    return
      "weights between neurons of the same name: correlation \(plain(median(known), digits: 3))"
      + " (median of \(counted(known.count, "pair")) of animals,"
      + " \(plain(known.min() ?? .nan, digits: 3)) to \(plain(known.max() ?? .nan, digits: 3)))"
  }

  /// The table in words, without the reasons that were `told`.
  func text(told: Set<String>) -> String {
    let rows = [Self.heads] + fitted.map(cells) + [summed]
    let columns = TextColumns(
      fitting: rows, Self.heads.indices.map { $0 == 0 ? .left : .right }, gap: 2)
    return
      (["\n" + columns.text(rows), "error and linear: one step, over that of persistence"]
      + [medianAgreement].compactMap { $0 } + failures(told: told).map { "warning: \($0)" })
      .joined(separator: "\n")
  }

  var page: Page {
    var page = Page(
      title: "\(counted(animals.count, "animal"))",
      subtitle: "Each fitted by itself by ganglion animals")
    page.section(
      "At a glance", id: "glance",
      [
        failures().isEmpty ? "" : notices(failures()),
        table(
          "One row a fitted animal: one-step error and that of a linear model, and the mean error of"
            + " free runs, each over that of persistence on the held-out frames",
          Self.heads.map(\.capitalized), fitted.map(cells) + [summed]),
      ])
    page.section(
      "What each fit says", id: "verdicts",
      [
        table(
          "Verdicts and warnings", ["Animal", "Verdict", "Warnings"],
          fitted.map {
            [
              $0.name, $0.verdicts.joined(separator: " "),
              $0.warnings.isEmpty ? "none" : $0.warnings.joined(separator: " "),
            ]
          }, ofWords: true)
      ])
    guard !agreements.isEmpty else { return page }
    page.section(
      "Agreement of weights", id: "agreement",
      [
        paragraph(medianAgreement ?? ""),
        table(
          "Correlation of the weights between neurons that both animals have, self-connections left"
            + " out", ["Animals", "Common neurons", "Weights", "Correlation"],
          agreements.map {
            [
              "\($0.first), \($0.second)", "\($0.neurons)", "\($0.edges)",
              $0.correlation.map { plain($0, digits: 3) } ?? "",
            ]
          }),
      ])
    return page
  }

  /// Writes a variable a column over the dimension animal, and `/agreement/*` over pairs.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(
    to path: String, on world: borrowing Communicator, provenance: Provenance
  ) throws {
    var file = try ResultFile.create(path, on: world, provenance: provenance)
    try file.addDimension("animal", labels: animals.map(\.name), longName: "animal")
    for (name, meaning, texts) in [
      ("recording", "its recording", animals.map(\.recording)),
      ("failure", "why it is not fitted; empty: it is", animals.map { $0.failure ?? "" }),
      ("verdict", "what the scores say", animals.map { $0.verdicts.joined(separator: " ") }),
      ("warning", "what to know", animals.map { $0.warnings.joined(separator: " ") }),
    ] {
      try file.write(name, texts, "animal", longName: meaning)
    }
    for (name, meaning, values) in [
      ("neurons", "neurons", animals.map { $0.neurons.map(Double.init) }),
      ("frames", "frames of the recording", animals.map { $0.frames.map(Double.init) }),
      ("alpha", "leak dt / tau", animals.map(\.alpha)),
      ("lambda", "ridge per frame", animals.map(\.lambda)),
      ("mse", "held-out one-step error, summed over neurons", animals.map(\.error)),
      ("persistence_mse", "the same of r[t+1] = r[t]", animals.map(\.persistence)),
      ("linear_mse", "the same of a linear model", animals.map(\.linear)),
      (
        "rollout_ratio", "error of free runs / persistence, mean over horizons", animals.map(\.runs)
      ),
    ] {
      try file.write(
        "score/\(name)", values.map { $0 ?? .nan }, ["animal"], longName: meaning)
    }
    if !agreements.isEmpty {
      try file.addDimension("pair", count: agreements.count, longName: "pair of animals")
      try file.write("agreement/first", agreements.map(\.first), "pair", longName: "an animal")
      try file.write("agreement/second", agreements.map(\.second), "pair", longName: "the other")
      try file.write(
        "agreement/neurons", agreements.map(\.neurons), ["pair"], longName: "neurons of one name")
      try file.write(
        "agreement/edges", agreements.map(\.edges), ["pair"], longName: "weights between them")
      try file.write(
        "agreement/correlation", agreements.map { $0.correlation ?? .nan }, ["pair"],
        longName: "correlation of these weights")
    }
    try file.finish(on: world)
  }
}

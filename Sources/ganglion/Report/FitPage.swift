internal import Charts
internal import Evaluation
internal import Foundation
internal import Recordings
internal import Reports
internal import Results
internal import Statistics
internal import Wording

/// The page about a fitted model.
struct FitPage {
  let model: ResultContents
  let scores: ResultContents?
  let measured: FitMeasurements

  var scored: ScoredResult { ScoredResult(model: model, scores: scores) }
  var neurons: Int { labels.count }
  var labels: [String] { scored.labels }
  func score(_ name: String) -> [Double]? { scored.score(name) }

  var page: Page {
    let recording = model.text("input_file") ?? model.path
    var page = Page(
      title: recording.split(separator: "/").last.map(String.init) ?? recording,
      subtitle: subtitle)
    page.section("At a glance", id: "glance", [tiles(tileEntries)] + verdicts + [warningsBox])
    page.section("Predicted traces", id: "traces", predictionFigures)
    page.section("Free-running", id: "rollout", rolloutFigures)
    let dynamics = dynamicsFigures
    if !dynamics.isEmpty { page.section("Dynamics", id: "dynamics", dynamics) }
    let teacher = teacherTables
    if !teacher.isEmpty { page.section("Against the true network", id: "truth", teacher) }
    for card in [
      ("Stimulated trials", "perturbed", perturbedFigures),
      ("Which weights chance would not have given", "nulls", nullFigures),
      ("What weights are worth", "worth", worthFigures),
      ("Weights of parts of the recording", "agreement", agreementFigures),
      ("What regions send each other", "currents", currentFigures),
    ] where !card.2.isEmpty { page.section(card.0, id: card.1, card.2) }
    page.section("Skill", id: "skill", skillFigures)
    page.section("Connectivity", id: "connectivity", connectivityFigures)
    page.section("Eigenvalues of W", id: "eigenvalues", eigenvalueFigures)
    page.section("How it was solved", id: "convergence", convergenceFigures)
    page.section("How it was chosen", id: "selection", selectionFigures)
    page.section("Neurons", id: "neurons", [neuronTable])
    page.section("Where it comes from", id: "provenance", provenanceTables(model, scores))
    return page
  }

  private var subtitle: String {
    var parts = [counted(neurons, "neuron")]
    if let frames = model.vector("time")?.count { parts.append(counted(frames, "frame")) }
    let leaks = (model.vector("alpha") ?? []).filter(\.isFinite)
    if let least = leaks.min(), let most = leaks.max(), least < most {
      parts.append(
        "leaks α of \(short(least)) to \(short(most)), median \(short(median(leaks)))")
    } else if let alpha = model.number("alpha") {
      parts.append("leak α = \(short(alpha))")
    }
    if let tau = model.number("tau") { parts.append("time constant \(short(tau)) s") }
    if let lambda = model.number("lambda") { parts.append("ridge λ = \(short(lambda))") }
    if let loss = model.text("loss") { parts.append("loss \(loss)") }
    return parts.joined(separator: " · ")
  }

  var totals: ScoreTotals? { scored.totals }
  var runVerdict: FreeRunVerdict? { scored.runVerdict }

  private var tileEntries: [(name: String, value: String, note: String)] {
    var entries: [(name: String, value: String, note: String)] = []
    if let skill = score("skill")?.filter(\.isFinite), !skill.isEmpty {
      entries.append(
        (
          "Median skill", short(median(skill)),
          "1 − error / error of persistence, one step ahead, held-out frames"
        ))
      entries.append(
        (
          "Better than persistence", percent(share(skill) { $0 > 0 }),
          "of \(counted(skill.count, "scored neuron"))"
        ))
    }
    if let totals {
      entries.append(
        (
          "Error / persistence", short(totals.model / totals.persistence),
          "1 means no better than r[t+1] = r[t]"
        ))
      entries.append(
        (
          "Linear / persistence", short(totals.linear / totals.persistence),
          "a ridge regression on the same frames"
        ))
      if totals.mean.isFinite {
        entries.append(
          (
            "Mean / persistence", short(totals.mean / totals.persistence),
            "each neuron's mean over the fitted frames"
          ))
      }
    }
    if let pearson = scores?.number("connectivity_pearson") {
      entries.append(
        ("Recovered weights", short(pearson), "Pearson correlation with the true ones"))
    }
    if let outcomes = model.vector("diagnostics/outcome") {
      let solved = outcomes.count { $0 == 0 }
      entries.append(
        ("Neurons solved", grouped(solved), "of \(grouped(outcomes.count)), to the tolerance"))
    }
    return entries
  }

  /// What scores and free runs say; a verdict that warns stands among the warnings.
  private var verdicts: [HTML] {
    let verdicts = [
      totals.map { ($0.verdict.sentence, $0.verdict.isWarning) },
      runVerdict.map { ($0.sentence, $0.isWarning) },
    ]
    return verdicts.compactMap { $0 }.filter { !$0.1 }.map { paragraph($0.0) }
  }

  private var warningsBox: HTML {
    let sentences = FitWarnings(scored, notes: measured.notes).sentences
    return sentences.isEmpty
      ? paragraph("Nothing to warn about: every check of this page passed.")
      : notices(sentences)
  }

  /// The best and the worst neurons, and where they stand.
  private var neuronTable: HTML {
    let outcomes = ["solved", "stalled", "iterations ran out", "left out"]
    let skill = score("skill") ?? [Double](repeating: .nan, count: neurons)
    let order = skill.indices.filter { skill[$0].isFinite }.sorted { skill[$0] > skill[$1] }
    let shown = order.count <= 24 ? order : Array(order.prefix(12) + order.suffix(12))
    let picks = shown.isEmpty ? Array(labels.indices.prefix(24)) : shown
    func cell(_ name: String, _ i: Int) -> String {
      (model.vector(name)?[i]).map { short($0) } ?? "–"
    }
    let regions = model.strings("region")
    // One leak for all stands at the top of the page.
    let hasLeaks = Set(model.vector("alpha") ?? []).count > 1
    let columns =
      ["Neuron"] + (regions == nil ? [] : ["Region"]) + ["Skill", "R²", "Clipped targets"]
      + (hasLeaks ? ["Leak α"] : []) + ["Optimality", "Outcome"]
    let rows = picks.map { i in
      let outcome = (model.vector("diagnostics/outcome")?[i]).map { whole($0) } ?? -1
      let clipped = (model.vector("diagnostics/clipped")?[i]).map { percent($0) } ?? "–"
      return [labels[i]] + (regions.map { [$0[i]] } ?? []) + [
        short(skill[i]), (score("r2")?[i]).map { short($0) } ?? "–", clipped,
      ] + (hasLeaks ? [cell("alpha", i)] : []) + [
        cell("diagnostics/optimality", i),
        outcomes.indices.contains(outcome) ? outcomes[outcome] : "–",
      ]
    }
    let caption =
      order.count > 24
      ? "The 12 best and the 12 worst of \(grouped(order.count)) scored neurons, by skill"
      : "Neurons by skill"
    return table(caption, columns, rows)
  }
}

/// The share of the values for which something holds.
func share(_ values: [Double], _ holds: (Double) -> Bool) -> Double {
  values.isEmpty ? .nan : Double(values.count { holds($0) }) / Double(values.count)
}

/// Software, input and settings of a result.
func provenanceTables(_ result: ResultContents, _ scores: ResultContents? = nil) -> [HTML] {
  let names = [
    ("version", "Ganglion"), ("git_commit", "Commit"), ("created", "Begun"),
    ("mpi_ranks", "Ranks"), ("threads_per_rank", "Threads a rank"),
    ("blas_kernels", "BLAS kernels"),
    ("input_file", "Input"),
    ("input_sha256", "Its SHA-256"), ("form", "Form"),
  ]
  var rows = [["Result", result.path]]
  if let scores { rows.append(["Scores", scores.path]) }
  for (key, name) in names {
    if let text = result.text(key) {
      rows.append([name, text])
    } else if let number = result.number(key) {
      rows.append([name, short(number)])
    }
  }
  let settings = result.settings.sorted { $0.key < $1.key }.map { [$0.key, settingText($0.value)] }
  let variables = (result.variables + (scores?.variables ?? [])).map { variable in
    [variable.path, variable.shape.map(grouped).joined(separator: " × "), variable.longName]
  }
  return [
    table("Provenance", ["What", "Value"], rows, ofWords: true),
    details(
      "Every setting",
      table("Settings as they were used", ["Flag", "Value"], settings, ofWords: true)),
    details(
      "Everything in the files",
      table("Variables", ["Path", "Shape", "Meaning"], variables, ofWords: true)),
  ]
}

/// A setting as it is written on a command line.
private func settingText(_ value: Any) -> String {
  let text = "\(value)"
  guard let number = value as? Double, text.contains(".") else { return text }
  return plain(number)
}

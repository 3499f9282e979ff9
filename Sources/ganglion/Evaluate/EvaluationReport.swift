internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import MPI
internal import Recordings
internal import Results
internal import Statistics
internal import Wording

/// What `ganglion evaluate` found: this rank's share of the scores, and the agreed rest.
struct EvaluationReport {
  /// Connectivity against a truth, over all ranks.
  struct Agreement {
    let truth: String
    let weights: WeightAgreement
    let inputWeights: WeightAgreement?
    /// Of the neurons' leaks, where the truth has them.
    let leaks: WeightAgreement?
  }

  let model: ModelFile
  let recording: String?
  /// The leak of each of the model's neurons.
  let leaks: [Double]
  var agreement: Agreement?
  /// The recording as it was opened.
  var opened: ModelRecording?
  var heldOutFrames = 0
  /// Whether the recording says how long a frame is.
  var hasClock = true
  /// Of this rank's neurons.
  var oneStep: OneStepScores?
  var rollout: RolloutScores?
  /// The ridge per transition that the linear model was given.
  var linearRidge: Double?
  /// The same of the one that free runs chose.
  var linearRidgeOfRuns: Double?
  var attractor: AttractorScores?
  var fixedPoints: FixedPoints?
  /// What a teacher's network says of it.
  var teacher: TeacherComparison?
  /// What the weights onto some neurons are worth; nil where that was not asked for.
  var weightErrors: WeightErrorReport?
  /// What stimulated trials say; nil where none were named.
  var perturbed: PerturbedScores?
  /// What nulls say of all weights; nil where that was not asked for.
  var nulls: NullReport?
  /// How far fits to parts of the recording agree; nil where that was not asked for.
  var agreements: AgreementReport?
  /// What regions send each other; nil where that was not asked for.
  var currents: CurrentReport?
  /// Frames of free-running prediction that were asked for.
  var horizon = 0
  /// What was recorded and predicted, if it is to be written.
  var heldOut: HeldOutTraces?

  init(model: ModelFile, leaks: [Double], recording: String?) {
    self.model = model
    self.leaks = leaks
    self.recording = recording
  }

  /// The one-step figures over all neurons.
  ///
  /// - Collective: every rank of `group` must call it.
  private func totals(
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> (rows: [(name: String, key: String, value: Double)], verdict: Verdict?) {
    guard let oneStep else { return ([], nil) }
    let totals = ScoreTotals(
      mse: try group.gather(oneStep.mse), persistence: try group.gather(oneStep.persistence),
      linear: try group.gather(oneStep.linear), mean: try group.gather(oneStep.mean))
    let r2 = try group.gather(oneStep.r2).filter(\.isFinite)
    let skill = try group.gather(oneStep.skill).filter(\.isFinite)
    let rows = [
      ("neurons scored", "neurons_scored", Double(totals.scored)),
      ("mse / persistence", "mse_ratio", totals.model / totals.persistence),
      ("linear / persistence", "linear_ratio", totals.linear / totals.persistence),
      ("mean / persistence", "mean_ratio", totals.mean / totals.persistence),
      ("median skill", "median_skill", median(skill)),
      ("median r2", "median_r2", median(r2)),
      (
        "neurons better than persistence", "neurons_better_than_persistence",
        Double(skill.count { $0 > 0 })
      ),
      (
        "neurons better than their mean", "neurons_better_than_mean",
        Double(totals.scored - totals.worseThanMean)
      ),
    ]
    return (rows, totals.verdict)
  }

  /// The report as text.
  ///
  /// - Collective: every rank of `group` must call it.
  func text(on group: borrowing some RankGroup & ~Copyable) throws -> String {
    var lines = [
      "\(model.path): \(counted(model.neurons, "neuron")), \(leakText(leaks, common: model.alpha))"
    ]
    func row(_ name: String, _ value: Double) {
      let text =
        value == value.rounded() && abs(value) < 1e9
        ? String(format: "%.0f", value) : String(format: "%.4f", value)
      lines.append("  " + padded(name, to: 34) + text)
    }
    for note in opened?.notes ?? [] {
      lines.append(note.hasPrefix("warning: ") ? note : "note: \(note)")
    }
    if let agreement {
      lines.append("connectivity against \(agreement.truth)")
      row("off-diagonal weights", Double(agreement.weights.count))
      row("pearson", agreement.weights.pearson)
      row("slope", agreement.weights.slope)
      row("rms error", agreement.weights.rootMeanSquareError)
      if let inputs = agreement.inputWeights { row("pearson of input weights", inputs.pearson) }
      if let leaks = agreement.leaks {
        if leaks.pearson.isFinite { row("pearson of leaks", leaks.pearson) }
        row("rms error of leaks", leaks.rootMeanSquareError)
      }
    }
    if let recording {
      let what = opened?.isFitted == true ? "held-out" : "the last"
      lines.append("one-step prediction of \(what) \(heldOutFrames) frames of \(recording)")
      if !hasClock { lines.append("  \(Recording.noClock)") }
      let totals = try totals(on: group)
      for total in totals.rows { row(total.name, total.value) }
      lines.append(contentsOf: rolloutLines)
      lines.append(contentsOf: try attractorLines(on: group))
      lines.append(contentsOf: fixedPointLines)
      lines.append(contentsOf: teacher?.lines ?? [])
      lines.append(contentsOf: weightErrors?.lines ?? [])
      lines.append(contentsOf: perturbed?.lines ?? [])
      lines.append(contentsOf: nulls?.lines ?? [])
      lines.append(contentsOf: agreements?.lines ?? [])
      lines.append(contentsOf: currents?.lines ?? [])
      if let verdict = totals.verdict, !verdict.sentence.isEmpty { lines.append(verdict.text) }
    }
    return lines.joined(separator: "\n")
  }

  private var rolloutLines: [String] {
    guard oneStep != nil else {
      return ["  nothing to score: no frame was held out from the fit (--holdout)"]
    }
    guard let rollout else {
      return ["no held-out frame is followed by \(horizon) frames of its trial: see --horizon"]
    }
    let lines = [
      "free-running prediction from \(rollout.starts.count) held-out frames, mse / persistence"
    ]
    let ahead = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter { $0 < rollout.horizon }
    let shown = ahead + [rollout.horizon]
    let columns = TextColumns([.left(15)] + shown.map { _ in .right(9) } + [.right(12)], gap: 1)
    func ratios(_ values: [Double]) -> [String] {
      let ratios = zip(values, rollout.persistence).map { $0 / $1 }
      let mean = ratios.reduce(0, +) / Double(ratios.count)
      return (shown.map { ratios[$0 - 1] } + [mean]).map { String(format: "%.3g", $0) }
    }
    let byRuns = rollout.linearByRuns
    let rows =
      [
        ["frames ahead"] + shown.map(String.init) + ["mean of 1-\(rollout.horizon)"],
        ["network"] + ratios(rollout.mse),
        ["linear"] + ratios(rollout.linear),
      ] + (byRuns.isEmpty ? [] : [["linear, by runs"] + ratios(byRuns)]) + [
        ["mean"] + ratios(rollout.mean), ["own decay"] + ratios(rollout.decay),
      ]
    return lines + rows.map { "  " + columns.line($0) }
      + (rollout.verdict.map { [$0.text] } ?? [])
  }

  /// The report as one JSON object; what is not a number is null.
  ///
  /// - Collective: every rank of `group` must call it.
  func json(on group: borrowing some RankGroup & ~Copyable) throws -> String {
    var object: [String: Any] = [
      "model": model.path, "neurons": model.neurons, "alpha": model.alpha,
    ]
    if let agreement {
      var values: [String: Any] = [
        "truth": agreement.truth, "weights": agreement.weights.count,
        "pearson": jsonNumber(agreement.weights.pearson),
        "slope": jsonNumber(agreement.weights.slope),
        "rms_error": jsonNumber(agreement.weights.rootMeanSquareError),
      ]
      if let inputs = agreement.inputWeights {
        values["input_pearson"] = jsonNumber(inputs.pearson)
      }
      if let leaks = agreement.leaks {
        values["alpha_pearson"] = jsonNumber(leaks.pearson)
        values["alpha_rms_error"] = jsonNumber(leaks.rootMeanSquareError)
      }
      object["connectivity"] = values
    }
    if let notes = opened?.notes, !notes.isEmpty { object["notes"] = notes }
    let totals = try totals(on: group)
    if let recording, let oneStep {
      var values: [String: Any] = [
        "recording": recording, "is_fitted_recording": opened?.isFitted == true,
        "transitions": oneStep.transitions,
        "linear_lambda": linearRidge.map { $0 as Any } ?? NSNull(),
      ]
      for total in totals.rows { values[total.key] = jsonNumber(total.value) }
      if let verdict = totals.verdict { values["verdict"] = verdict.sentence }
      object["one_step"] = values
    }
    if let rollout {
      var values: [String: Any] = [
        "starts": rollout.starts, "mse": rollout.mse.map(jsonNumber),
        "persistence_mse": rollout.persistence.map(jsonNumber),
        "linear_mse": rollout.linear.map(jsonNumber), "mean_mse": rollout.mean.map(jsonNumber),
        "decay_mse": rollout.decay.map(jsonNumber),
      ]
      if !rollout.linearByRuns.isEmpty {
        values["linear_by_runs_mse"] = rollout.linearByRuns.map(jsonNumber)
      }
      values["decay_uncertainty"] = rollout.decayUncertainty.map(jsonNumber)
      if let verdict = rollout.verdict {
        values["verdict"] = verdict.sentence
        values["frames_ahead_of_coupling"] = verdict.framesAhead
      }
      object["rollout"] = values
    }
    for (key, value) in try dynamicsObject(on: group) { object[key] = value }
    if let teacher { object["teacher"] = teacher.object }
    if let weightErrors { object["standard_errors"] = weightErrors.object }
    if let pairs = weightErrors?.regionObject { object["region_sums"] = pairs }
    if let agreements { object["agreement"] = agreements.object }
    if let perturbed { object["perturbed"] = perturbed.object }
    if let nulls { object["nulls"] = nulls.object }
    if let currents { object["currents"] = currents.object }
    let data = try JSONSerialization.data(
      withJSONObject: object, options: [.sortedKeys, .prettyPrinted])
    return String(decoding: data, as: UTF8.self)
  }
}

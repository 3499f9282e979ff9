internal import Evaluation

/// A model on one rank, with what is known of its predictions.
struct ScoredResult {
  let model: ResultContents
  /// Scores of `ganglion evaluate`; nil: those of the fit.
  let scores: ResultContents?

  var labels: [String] { model.strings("neuron") ?? [] }

  /// A score per neuron, as evaluated if it was, else as fitted.
  func score(_ name: String) -> [Double]? {
    scores?.vector("score/\(name)") ?? model.vector("score/\(name)")
  }

  /// Over the scored neurons; nil if there are none.
  var totals: ScoreTotals? {
    guard let mse = score("mse"), let persistence = score("persistence_mse") else { return nil }
    let totals = ScoreTotals(
      mse: mse, persistence: persistence, linear: score("linear_mse") ?? [],
      mean: score("mean_mse") ?? [])
    return totals.scored > 0 ? totals : nil
  }

  /// What free runs say, as evaluated if there are scores, else as fitted; nil if there are none.
  var runVerdict: FreeRunVerdict? {
    func errors(_ name: String) -> [Double] { score("rollout_\(name)") ?? [] }
    func rival(_ name: String) -> RunRival {
      RunRival(errors("\(name)_mse"), uncertainty: errors("\(name)_uncertainty"))
    }
    return FreeRunVerdict(
      model: errors("mse"), persistence: errors("persistence_mse"),
      linear: [rival("linear"), rival("linear_by_runs")], mean: errors("mean_mse"),
      decay: rival("decay"))
  }
}

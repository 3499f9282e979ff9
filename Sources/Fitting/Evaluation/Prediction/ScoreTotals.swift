/// One-step errors over all neurons that are scored: sums of their mean squared errors.
package struct ScoreTotals: Sendable {
  package let model: Double
  package let persistence: Double
  /// Of the linear model; NaN where it is not known.
  package let linear: Double
  /// Of each neuron's mean over the fitted frames; NaN where it is not known.
  package let mean: Double
  /// Neurons that are scored: those with an error of persistence.
  package let scored: Int
  /// Of these, those that are predicted no better than by their mean over the fitted frames; 0
  /// where that is not known.
  package let worseThanMean: Int

  /// From the errors of all neurons, of which `linear` and `mean` may be empty: not known.
  ///
  /// A network that diverged on a neuron that is scored has no finite sum.
  package init(mse: [Double], persistence: [Double], linear: [Double], mean: [Double]) {
    let scored = persistence.indices.filter { persistence[$0].isFinite }
    func total(_ values: [Double]) -> Double {
      values.isEmpty || scored.isEmpty ? .nan : scored.reduce(0) { $0 + values[$1] }
    }
    model = total(mse)
    self.persistence = total(persistence)
    self.linear = total(linear)
    self.mean = total(mean)
    self.scored = scored.count
    worseThanMean = mean.isEmpty ? 0 : scored.count { !(mse[$0] < mean[$0]) }
  }

  /// What the numbers mean.
  package var verdict: Verdict {
    Verdict(model: model, persistence: persistence, linear: linear, mean: mean)
  }
}

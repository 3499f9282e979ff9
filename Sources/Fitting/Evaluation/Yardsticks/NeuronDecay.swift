internal import Collectives
internal import LinearAlgebra

/// The yardstick of one who knows how fast each neuron forgets, and nothing of any other:
/// `r[t+h] = m + ρ_h (r[t] − m)`.
///
/// m is the neuron's mean over the fitted frames and ρ_h the least squares over the pairs of fitted
/// frames h apart in one trial, a factor for each h. Most of what can be foreseen of a slow
/// recording is there already: a network that is no better has weights that add nothing.
struct NeuronDecay {
  /// Of this rank's neurons.
  let means: [Double]
  /// By frames ahead from 1 on, then by neuron.
  private let factors: [[Double]]

  /// - Complexity: `horizon` passes through the fitted frames.
  init<S: Scalar & Transferable>(_ observed: ObservedRates<S>, horizon: Int) {
    let means = observed.fittedMeans()
    self.means = means
    factors = (1...horizon).map { ahead in
      let starts = observed.starts(in: observed.fittedFrames, steps: ahead)
      return zip(observed.local, means).map { neuron, mean in
        decay(of: observed.rates.matrix, neuron, around: mean, from: starts, ahead: ahead)
      }
    }
  }

  /// The rates some frames after `own`, this rank's neurons × columns.
  func forecast<S: Scalar>(_ own: borrowing Matrix<S>, ahead: Int) -> Matrix<S> {
    var result = own.copy()
    for (i, factor) in factors[ahead - 1].enumerated() {
      var row = result.mutableRow(i)
      for k in 0..<row.count { row[k] = S(means[i] + factor * (Double(row[k]) - means[i])) }
    }
    return result
  }
}

/// `Σ x[t] x[t + h] / Σ x[t]²` with x a row less its mean; pairs with a missing entry do not count,
/// and a neuron that stands still has 0.
@specialized(where S == Double)
@specialized(where S == Float)
private func decay<S: Scalar>(
  of rates: borrowing Matrix<S>, _ neuron: Int, around mean: Double, from starts: [Int], ahead: Int
) -> Double {
  let series = rates.row(neuron)
  var (square, product) = (0.0, 0.0)
  for t in starts where !series[t].isNaN && !series[t + ahead].isNaN {
    let now = Double(series[t]) - mean
    square += now * now
    product += now * (Double(series[t + ahead]) - mean)
  }
  return square > 0 ? product / square : 0
}

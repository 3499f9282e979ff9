internal import Collectives
internal import Kernels
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

  /// - Complexity: 4 × fitted frames × `horizon` flops a neuron.
  init<S: Scalar & Transferable>(_ observed: ObservedRates<S>, horizon: Int) {
    let means = observed.fittedMeans()
    self.means = means
    let trials = observed.fittedTrials()
    let byNeuron = zip(observed.local, means).map { neuron, mean in
      CentredSeries(observed, neuron, around: mean).decays(horizon: horizon, within: trials)
    }
    factors = (0..<horizon).map { place in byNeuron.map { $0[place] } }
  }

  /// The rates some frames after `own`, this rank's neurons × columns.
  func forecast<S: Scalar>(_ own: borrowing Matrix<S>, ahead: Int) -> Matrix<S> {
    decayed(own, towards: means, factors: factors[ahead - 1])
  }
}

/// `row i ← m_i + ρ_i (row i − m_i)` as a new matrix.
@specialized(where S == Double)
@specialized(where S == Float)
private func decayed<S: Scalar>(
  _ rates: borrowing Matrix<S>, towards means: [Double], factors: [Double]
) -> Matrix<S> {
  var result = Matrix<S>(rows: rates.rows, columns: rates.columns)
  for i in 0..<rates.rows {
    let (mean, factor) = (means[i], factors[i])
    let now = rates.row(i)
    var row = result.mutableRow(i)
    for k in 0..<now.count { row[k] = S(mean + factor * (Double(now[k]) - mean)) }
  }
  return result
}

/// The fitted frames of a neuron less its mean, with zeros where they do not count.
private struct CentredSeries {
  /// 0 where the rate is missing.
  private var values: [Double]
  /// Those from which one may predict.
  private var starts: [Double]
  private var squares: [Double]
  /// Sums of the squares before each frame.
  private var squareSums: [Double]
  /// 1 or 0.
  private var isPresent: [Double]
  private let isWhole: Bool
  private let first: Int

  init<S: Scalar & Transferable>(
    _ observed: ObservedRates<S>, _ neuron: Int, around mean: Double
  ) {
    let frames = observed.fittedFrames
    first = frames.lowerBound
    values = centred(observed.rates.matrix, neuron, frames, around: mean)
    isPresent = values.map { $0.isNaN ? 0 : 1 }
    isWhole = !isPresent.contains(0)
    for k in values.indices where values[k].isNaN { values[k] = 0 }
    starts = values
    for k in starts.indices where !observed.isComplete[first + k] { starts[k] = 0 }
    squares = starts.map { $0 * $0 }
    squareSums = [0]
    for square in squares { squareSums.append(squareSums[squareSums.count - 1] + square) }
  }

  /// `Σ x[t] x[t + h] / Σ x[t]²` for h from 1 to `horizon`, over the pairs within one of `trials`;
  /// 0 of a neuron that stands still.
  func decays(horizon: Int, within trials: [Range<Int>]) -> [Double] {
    (1...horizon).map { ahead in
      var (product, square) = (0.0, 0.0)
      for trial in trials where trial.count > ahead {
        let early = (trial.lowerBound - first)..<(trial.upperBound - first - ahead)
        let late = (early.lowerBound + ahead)..<(early.upperBound + ahead)
        product += dot(starts.span.extracting(early), values.span.extracting(late))
        square +=
          isWhole
          ? squareSums[early.upperBound] - squareSums[early.lowerBound]
          : dot(squares.span.extracting(early), isPresent.span.extracting(late))
      }
      return square > 0 ? product / square : 0
    }
  }
}

/// A part of a row less a number.
@specialized(where S == Double)
@specialized(where S == Float)
private func centred<S: Scalar>(
  _ rates: borrowing Matrix<S>, _ neuron: Int, _ frames: Range<Int>, around mean: Double
) -> [Double] {
  let series = rates.row(neuron)
  return frames.map { Double(series[$0]) - mean }
}

internal import CORNN
internal import Statistics

/// What the weights onto one neuron are worth, in figures.
struct WeightErrorSummary {
  /// Root mean square of its weights, medians of their errors and biases.
  let size: Double
  let standardError: Double
  let ridgeBias: Double
  /// Of all error, in the mean of squares, what the ridge makes.
  let ridgeShare: Double
  /// Weights that are more than two standard errors from 0, and all.
  let apart: Double
  let count: Double
  let correlation: Double
  let clamped: Double

  /// As they travel between ranks.
  var numbers: [Double] {
    [size, standardError, ridgeBias, ridgeShare, apart, count, correlation, clamped]
  }

  init(_ row: WeightErrorReport.Row) {
    let errors = row.errors
    let known = row.weights.indices.filter { errors.standardErrors[$0].isFinite }
    func sum(_ value: (Int) -> Double) -> Double { known.reduce(0) { $0 + value($1) } }
    count = Double(known.count)
    size = (sum { row.weights[$0] * row.weights[$0] } / count).squareRoot()
    standardError = median(known.map { errors.standardErrors[$0] })
    ridgeBias = median(known.map { errors.ridgeBiases[$0] })
    let noise = sum { errors.standardErrors[$0] * errors.standardErrors[$0] }
    let bias = sum { errors.ridgeBiases[$0] * errors.ridgeBiases[$0] }
    ridgeShare = bias / (noise + bias)
    apart = Double(known.count { abs(row.weights[$0]) > 2 * errors.standardErrors[$0] })
    correlation = errors.errorCorrelation
    clamped = row.clamped
  }

  init(numbers: ArraySlice<Double>) {
    let values = Array(numbers)
    (size, standardError, ridgeBias, ridgeShare) = (values[0], values[1], values[2], values[3])
    (apart, count, correlation, clamped) = (values[4], values[5], values[6], values[7])
  }
}

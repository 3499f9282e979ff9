internal import Collectives
internal import LinearAlgebra
internal import Statistics

// The yardstick of one who knows nothing but how active each neuron was on average.
extension ObservedRates {
  /// The mean rate of each of this rank's neurons over the fitted frames; NaN where none is
  /// there.
  func fittedMeans() -> [Double] { local.map { mean(rates.matrix, $0, over: fittedFrames) } }

  /// The mean squared errors of these means as predictions of r[t+1], over the held-out
  /// transitions; NaN where a neuron is not scored.
  package func meanErrors() -> [Double] {
    let frames = transitions(in: heldOutFrames)
    return zip(local, fittedMeans()).map { neuron, mean in
      isScored[neuron - local.lowerBound]
        ? squaredDistance(rates.matrix, neuron, after: frames, from: mean) : .nan
    }
  }
}

/// The mean of a row over some columns.
private func mean<S: Scalar>(
  _ rates: borrowing Matrix<S>, _ neuron: Int, over frames: Range<Int>
) -> Double {
  PresentValues(of: rates.row(neuron), in: frames).mean
}

/// The mean of `(row[t + 1] − value)²` over some columns t; a missing entry does not count.
@specialized(where S == Double)
@specialized(where S == Float)
private func squaredDistance<S: Scalar>(
  _ rates: borrowing Matrix<S>, _ neuron: Int, after frames: [Int], from value: Double
) -> Double {
  let series = rates.row(neuron)
  var sum = 0.0
  var count = 0.0
  for t in frames where !series[t + 1].isNaN {
    let error = Double(series[t + 1]) - value
    sum += error * error
    count += 1
  }
  return sum / count
}

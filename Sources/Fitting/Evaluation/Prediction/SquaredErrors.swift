internal import LinearAlgebra

/// Sums of squared errors by neuron, and how many there were of each.
struct SquaredErrors {
  private(set) var sums: [Double]
  private(set) var counts: [Double]

  init(neurons: Int) {
    sums = [Double](repeating: 0, count: neurons)
    counts = sums
  }

  var means: [Double] { zip(sums, counts).map { $0 / $1 } }

  /// Adds the errors of predicted rates, both neurons × columns; a missing truth does not count.
  mutating func add<S: Scalar>(_ predicted: borrowing Matrix<S>, truth: borrowing Matrix<S>) {
    addSquaredErrors(predicted, truth, &sums, &counts)
  }
}

@specialized(where S == Double)
@specialized(where S == Float)
private func addSquaredErrors<S: Scalar>(
  _ predicted: borrowing Matrix<S>, _ truth: borrowing Matrix<S>, _ sums: inout [Double],
  _ counts: inout [Double]
) {
  for i in sums.indices {
    let (own, recorded) = (predicted.row(i), truth.row(i))
    for k in 0..<recorded.count where !recorded[k].isNaN {
      let error = Double(own[k]) - Double(recorded[k])
      sums[i] += error * error
      counts[i] += 1
    }
  }
}

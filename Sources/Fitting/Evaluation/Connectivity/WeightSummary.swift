package import Collectives
internal import LinearAlgebra
package import Networks

/// W in a few numbers and one picture, whatever its size; the diagonal is left out of the
/// numbers.
package struct WeightSummary: Sendable {
  /// Pixels a side: the neurons, or `most`.
  package let side: Int
  /// Row by row, the mean of the weights that fall on a pixel.
  package let pixels: [Double]
  /// Root of the mean square.
  package let deviation: Double
  package let largest: Double
  /// Share of the weights that are exactly zero.
  package let zeroShare: Double
  /// Counts in equal bins from −4 to 4 deviations.
  package let counts: [Int]
  /// Mean weight onto region a from region b at a × regions + b; NaN where there is none.
  package let regionMeans: [Double]
  /// The root mean square in the same places.
  package let regionDeviations: [Double]

  /// Deviations on each side of the histogram.
  package static var reach: Double { 4 }
  private static var bins: Int { 80 }

  /// `place` is each neuron's place in the picture, `region` its region's number below
  /// `regions`; both of all neurons.
  ///
  /// - Complexity: two passes over this rank's rows, and one sum over ranks of the pixels.
  /// - Collective: every rank of `group` must call it.
  package init<S>(
    of network: borrowing RateNetwork<S>, place: [Int], region: [Int], regions: Int, most: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let neurons = network.neurons
    precondition(place.count == neurons && region.count == neurons, "places of other neurons")
    let side = min(neurons, most)
    let pixel = place.map { $0 * side / max(1, neurons) }
    var image = [Double](repeating: 0, count: 2 * side * side)
    var means = [Double](repeating: 0, count: 3 * regions * regions)
    // Count, squares, zeros.
    var totals = [0.0, 0, 0]
    var largest = 0.0
    for (i, neuron) in network.local.enumerated() {
      let row = network.weights.row(i)
      for j in 0..<neurons {
        let weight = Double(row[j])
        let at = 2 * (pixel[neuron] * side + pixel[j])
        image[at] += weight
        image[at + 1] += 1
        guard j != neuron else { continue }
        totals[0] += 1
        totals[1] += weight * weight
        if weight == 0 { totals[2] += 1 }
        largest = max(largest, abs(weight))
        let block = 3 * (region[neuron] * regions + region[j])
        means[block] += weight
        means[block + 1] += weight * weight
        means[block + 2] += 1
      }
    }
    try group.sum(&image)
    try group.sum(&means)
    try group.sum(&totals)
    self.side = side
    pixels = stride(from: 0, to: image.count, by: 2).map { image[$0] / image[$0 + 1] }
    regionMeans = stride(from: 0, to: means.count, by: 3).map { means[$0] / means[$0 + 2] }
    regionDeviations = stride(from: 0, to: means.count, by: 3).map {
      (means[$0 + 1] / means[$0 + 2]).squareRoot()
    }
    self.largest = try group.maximum(largest)
    let deviation = totals[0] > 0 ? (totals[1] / totals[0]).squareRoot() : 0
    self.deviation = deviation
    zeroShare = totals[0] > 0 ? totals[2] / totals[0] : 1
    counts = try Self.histogram(of: network, deviation: deviation, group: group)
  }

  private static func histogram<S>(
    of network: borrowing RateNetwork<S>, deviation: Double,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [Int] {
    var counts = [Int](repeating: 0, count: bins)
    let scale = deviation > 0 ? Double(bins) / (2 * reach * deviation) : 0
    for (i, neuron) in network.local.enumerated() {
      let row = network.weights.row(i)
      for j in 0..<network.neurons where j != neuron && row[j] != 0 {
        let bin = Int((Double(row[j]) * scale + Double(bins) / 2).rounded(.down))
        if bin >= 0, bin < bins { counts[bin] += 1 }
      }
    }
    try group.sum(&counts)
    return counts
  }
}

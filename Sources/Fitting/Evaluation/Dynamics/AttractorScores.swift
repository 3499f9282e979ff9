package import Collectives
internal import LinearAlgebra

/// How far the states that the free-running network visits are from the recorded ones, and
/// its power spectra from the recorded spectra: whether it lives on the same attractor, where
/// a chaotic network's errors frame by frame say nothing any more.
///
/// The network runs without noise, under the recorded inputs, from the first frame of the
/// longest held-out stretch to its end, and is compared with that stretch. What the
/// recording itself changes from its fitted to its held-out part is the yardstick.
package struct AttractorScores: Sendable {
  /// The recorded frames that are compared.
  package let frames: Range<Int>
  /// Of this rank's neurons: Wasserstein's distance of the rates' distributions, in standard
  /// deviations of the recorded rate; NaN where a neuron is not scored.
  package let wasserstein: [Double]
  /// The same of the recording's fitted part.
  package let wassersteinYardstick: [Double]
  /// Hellinger's distance of the spectra, 0 to 1.
  package let spectral: [Double]
  /// The same of the recording's fitted part.
  package let spectralYardstick: [Double]
  /// Cycles a frame.
  package let frequencies: [Double]
  /// Mean power density over the scored neurons of all ranks: recorded, and of the network.
  package let recordedPower: [Double]
  package let networkPower: [Double]

  /// `progress` is told after each frame how many of all are done.
  ///
  /// - Returns: nil if no held-out stretch has 16 frames.
  /// - Complexity: one step of the network a frame, at most `most` of them.
  /// - Collective: every rank of `group` must call it.
  package init?<M: FreeRunning & ~Copyable>(
    of network: borrowing M, on observed: ObservedRates<M.S>, most: Int,
    group: borrowing some RankGroup & ~Copyable,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let stretch = observed.longestStretch(in: observed.heldOutFrames)
    let frames = stretch.lowerBound..<min(stretch.upperBound, stretch.lowerBound + most)
    guard let spectrum = PowerSpectrum(frames: frames.count) else { return nil }
    let local = observed.local
    let recorded = observed.series(frames)
    let earlier = observed.series(observed.longestStretch(in: observed.fittedFrames))
    var run = Matrix<Double>(rows: local.count, columns: frames.count)
    for i in 0..<local.count { run[i, 0] = recorded[i, 0] }
    try network.run(
      from: [frames.lowerBound], steps: frames.count - 1, of: observed, group: group
    ) { ahead, rates in
      for i in 0..<local.count { run[i, ahead] = Double(rates[i, 0]) }
      progress(ahead, frames.count - 1)
    }
    let recordedDensity = spectrum.density(of: recorded)
    let networkDensity = spectrum.density(of: run)
    // A fitted part shorter than a segment has no spectrum of its own.
    let earlierDensity =
      earlier.columns >= spectrum.segment
      ? spectrum.density(of: earlier)
      : Matrix<Double>(rows: local.count, columns: spectrum.frequencies.count)
    self.frames = frames
    frequencies = spectrum.frequencies
    var distances = Distances()
    var sums = [Double](repeating: 0, count: 2 * spectrum.frequencies.count + 1)
    for i in 0..<local.count {
      guard observed.isScored[i] else {
        distances.addNothing()
        continue
      }
      let values = recorded.array(ofRow: i)
      let size = deviation(values)
      distances.wasserstein.append(wassersteinDistance(run.array(ofRow: i), values) / size)
      distances.wassersteinYardstick.append(
        wassersteinDistance(earlier.array(ofRow: i), values) / size)
      let own = recordedDensity.array(ofRow: i)
      distances.spectral.append(spectralDistance(networkDensity.array(ofRow: i), own))
      distances.spectralYardstick.append(spectralDistance(earlierDensity.array(ofRow: i), own))
      for k in own.indices {
        sums[k] += own[k]
        sums[own.count + k] += networkDensity[i, k]
      }
      sums[sums.count - 1] += 1
    }
    try group.sum(&sums)
    let neurons = max(1, sums[sums.count - 1])
    recordedPower = sums.prefix(frequencies.count).map { $0 / neurons }
    networkPower = sums[frequencies.count..<(2 * frequencies.count)].map { $0 / neurons }
    wasserstein = distances.wasserstein
    wassersteinYardstick = distances.wassersteinYardstick
    spectral = distances.spectral
    spectralYardstick = distances.spectralYardstick
  }
}

/// The distances of this rank's neurons as they are found.
private struct Distances {
  var wasserstein: [Double] = []
  var wassersteinYardstick: [Double] = []
  var spectral: [Double] = []
  var spectralYardstick: [Double] = []

  mutating func addNothing() {
    wasserstein.append(.nan)
    wassersteinYardstick.append(.nan)
    spectral.append(.nan)
    spectralYardstick.append(.nan)
  }
}

/// The standard deviation; NaN where there is none.
private func deviation(_ values: [Double]) -> Double {
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return squares > 0 ? (squares / Double(values.count)).squareRoot() : .nan
}

extension ObservedRates {
  /// The rates of this rank's neurons over some frames, neurons × frames.
  func series(_ frames: Range<Int>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: local.count, columns: frames.count)
    for (i, neuron) in local.enumerated() {
      for (k, t) in frames.enumerated() { result[i, k] = Double(rates.matrix[neuron, t]) }
    }
    return result
  }
}

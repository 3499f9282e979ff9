private import Glibc
package import LinearAlgebra
internal import RandomNumbers

/// Three regions A, B and C of random networks, few connections between them, and drives into B
/// and C.
///
/// Within a region `W ~ Normal(0, gain² / n)` of its n neurons, without self-connections. Of the
/// neurons of each region 5 % have a connection of 0.02 from a neuron of each other region, of the
/// same number in it. Half of B follow a sequence, in which n units are active one after the other
/// during the first half of the frames, after which the last stay active; half of C follow, with a
/// weight of −1, a population whose bump stands at one place in the first half and at another in
/// the second. Rates leak (see `RateNetwork`), where the published network has leaking currents.
///
/// Reference: Perich et al. (2020), bioRxiv 2020.12.18.423348, the three-region simulation.
package struct ThreeRegionNetwork: Sendable {
  /// Neurons of each region.
  package var neurons = 100
  package var alpha = 0.1
  package var seed: UInt64 = 1

  /// Of A, B and C.
  package static let names = ["A", "B", "C"]
  static let gains = [1.8, 1.5, 1.5]
  /// Share of a region's neurons with a connection from another one, and its weight.
  static let connected = 0.05
  static let coupling: Float = 0.02
  /// Share of the neurons of B and C that are driven, and the weights of their drives.
  static let drivenShare = 0.5
  static let driveWeights: [Float] = [0, 1, -1]
  /// Frames before the drives begin, and the width of a bump, as shares of frames and of units.
  static let lead = 1.0 / 6
  static let bumpWidth = 0.2

  package init() {}

  /// All neurons, those of A, then of B, then of C.
  package var count: Int { 3 * neurons }
  /// The region of each.
  package var regions: [String] {
    Self.names.flatMap { [String](repeating: $0, count: neurons) }
  }

  /// The rows of a range of neurons.
  package func network(local: Range<Int>) -> RateNetwork<Float> {
    var weights = Matrix<Float>(rows: local.count, columns: count)
    var inputWeights = Matrix<Float>(rows: local.count, columns: 2 * neurons)
    for (i, neuron) in local.enumerated() {
      let (region, place) = (neuron / neurons, neuron % neurons)
      let scale = Self.gains[region] / Double(neurons).squareRoot()
      let stream = RandomStream(seed: seed, purpose: .weights, k: neuron)
      for j in 0..<neurons where j != place {
        weights[i, region * neurons + j] = Float(scale * stream.normal(at: j))
      }
      for source in 0..<3 where source != region {
        let chosen = chosen(Self.connected, .latentCoupling, 3 * region + source)
        if chosen.contains(place) { weights[i, source * neurons + place] = Self.coupling }
      }
      if region > 0, chosen(Self.drivenShare, .inputWeights, region).contains(place) {
        inputWeights[i, (region - 1) * neurons + place] = Self.driveWeights[region]
      }
    }
    return RateNetwork(
      local: local, neurons: count, weights: weights, inputWeights: inputWeights,
      bias: [Float](repeating: 0, count: local.count),
      alpha: [Double](repeating: alpha, count: local.count))
  }

  /// A share of a region's neurons.
  private func chosen(_ share: Double, _ purpose: StreamPurpose, _ k: Int) -> Set<Int> {
    let order = RandomStream(seed: seed, purpose: purpose, k: k).permutation(of: neurons)
    return Set(order.prefix(Int((share * Double(neurons)).rounded())))
  }

  /// The rates at t = 0, all neurons.
  package var start: [Float] { randomRates(count: count, seed: seed) }

  /// The units of the sequence, then those of the fixed points: 2 n × frames.
  package func signals(frames: Int) -> Matrix<Float> {
    var signals = Matrix<Float>(rows: 2 * neurons, columns: frames)
    let lead = Int(Self.lead * Double(frames))
    let driven = Double(max(1, frames - lead))
    for t in lead..<max(lead, frames) {
      let time = Double(t - lead) / driven
      // Both bumps move or jump in the first half of the driven frames.
      let moving = min(1, 2 * time)
      let standing = time < 0.5 ? 0.25 : 0.75
      for unit in 0..<neurons {
        let place = (Double(unit) + 0.5) / Double(neurons)
        signals[unit, t] = bump(place - moving)
        signals[neurons + unit, t] = bump(place - standing)
      }
    }
    return signals
  }

  private func bump(_ distance: Double) -> Float {
    Float(exp(-distance * distance / (2 * Self.bumpWidth * Self.bumpWidth)))
  }
}

internal import Foundation

/// x → (x − offset − drift · t) / scale, with t in frames.
struct LinearMap: Equatable, Sendable {
  var offset = 0.0
  var drift = 0.0
  var scale = 1.0

  /// Follows this map by y → (y − offset − drift · t) / scale.
  mutating func then(offset: Double = 0, drift: Double = 0, scale: Double = 1) {
    self.offset += self.scale * offset
    self.drift += self.scale * drift
    self.scale *= scale
  }
}

/// What was done to this rank's traces, so that rates map back to the recording's units.
///
/// `rate = squash((trace − offset − drift · t) / scale)`, t in frames, where squash is the
/// identity, a clamp to ±0.999, or `tanh(· / 3)`. A low-pass is not undone.
package struct AppliedPreprocessing: Sendable {
  /// This rank's neurons among all.
  package let local: Range<Int>
  package let scaleKind: Scale
  package let lowPass: Double?
  private var maps: [LinearMap] = []

  init(local: Range<Int>, scale: Scale, lowPass: Double?) {
    self.local = local
    scaleKind = scale
    self.lowPass = lowPass
  }

  mutating func append(_ map: LinearMap) { maps.append(map) }

  /// Divides every neuron's rates by one number more.
  mutating func divide(by divisor: Double) {
    for i in maps.indices { maps[i].then(scale: divisor) }
    common = divisor
  }

  /// The divisor common to all neurons that is applied with the squashing.
  private var common = 1.0

  /// In the recording's units, of this rank's neurons.
  package var offsets: [Double] { maps.map(\.offset) }
  /// In the recording's units a frame.
  package var drifts: [Double] { maps.map(\.drift) }
  /// In the recording's units.
  package var scales: [Double] { maps.map(\.scale) }

  /// The last step, on a value that went through the linear ones.
  func squash(_ value: Double) -> Double {
    switch scaleKind {
    case .none: value
    case .max, .quantile:
      value.isNaN ? value : Swift.min(0.999, Swift.max(-0.999, value / common))
    case .tanh, .zscoreTanh: Foundation.tanh(value / 3)
    }
  }

  /// The rate of one of this rank's neurons (from 0) at a frame, in the recording's units.
  ///
  /// A clamped rate comes back as the clamp's edge.
  package func restored(_ rate: Double, neuron: Int, frame: Int) -> Double {
    let map = maps[neuron]
    let linear: Double =
      switch scaleKind {
      case .none, .max, .quantile: rate
      case .tanh, .zscoreTanh: 3 * atanh(Swift.min(0.999_999_9, Swift.max(-0.999_999_9, rate)))
      }
    return map.offset + map.drift * Double(frame) + map.scale * linear
  }

  /// How a rate comes from a trace, as text for the result file.
  package var formula: String {
    let linear = "(trace - offset - drift * frame) / scale"
    let filtered = lowPass.map { "low-passed at \($0) Hz: " } ?? ""
    switch scaleKind {
    case .none: return "\(filtered)rate = \(linear)"
    case .max, .quantile: return "\(filtered)rate = clamp(\(linear), -0.999, 0.999)"
    case .tanh, .zscoreTanh: return "\(filtered)rate = tanh(\(linear) / 3)"
    }
  }
}

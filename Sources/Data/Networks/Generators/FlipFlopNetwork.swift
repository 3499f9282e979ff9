private import Glibc
internal import LinearAlgebra
internal import RandomNumbers

/// A network that remembers the sign of the last pulse on each of several inputs.
///
/// Population b of an `AttractorNetwork` holds bit b; a pulse of ±`amplitude`, two time
/// constants long, on input b drives its pattern into the state of the same sign.
package struct FlipFlopNetwork: Sendable {
  /// The network; its populations are the bits.
  package let base: AttractorNetwork
  /// Mean frames from pulse to pulse of a bit.
  package let interval: Double

  package init(base: AttractorNetwork, interval: Double) {
    self.base = base
    self.interval = interval
  }

  /// Strong enough to leave the other state within a pulse.
  private static var amplitude: Float { 4 }

  /// Frames of a pulse.
  private var pulse: Int { max(1, Int((2 / base.alpha).rounded())) }

  /// The rows of a range of neurons: input b reaches population b along its pattern.
  package func network(local: Range<Int>) -> RateNetwork<Float> {
    let pattern = base.pattern
    return base.network(local: local, inputs: base.populations) { neuron in
      var weights = [Float](repeating: 0, count: base.populations)
      weights[base.population(of: neuron)] = pattern[neuron]
      return weights
    }
  }

  /// The pulses, and the bits to be held.
  ///
  /// Pauses between pulses are exponential, at least a pulse long; the first comes at once.
  package func signals(frames: Int) -> TaskSignals {
    var inputs = Matrix<Float>(rows: base.populations, columns: frames)
    var targets = Matrix<Float>(rows: frames, columns: base.populations)
    for bit in 0..<base.populations {
      let events = RandomStream(seed: base.seed, purpose: .events, k: bit)
      var onset = 0
      var count = 0
      while onset < frames {
        let sign: Float = events.word(at: 2 * count) & 1 == 0 ? 1 : -1
        let pause = -interval * log(events.uniform(at: 2 * count + 1))
        let next = onset + max(2 * pulse, Int(min(pause, Double(frames)).rounded()))
        for t in onset..<min(frames, onset + pulse) { inputs[bit, t] = sign * Self.amplitude }
        for t in onset..<min(frames, next) { targets[t, bit] = sign }
        onset = next
        count += 1
      }
    }
    return TaskSignals(inputs: inputs, targets: targets, readout: base.readout)
  }
}

internal import LinearAlgebra

/// What is done to some neurons of a network while it runs.
///
/// Frames are those of the run, from 0, its start. A rate that is held has its value in each of
/// its frames, the start included; a current that is added in frame t acts on the rates of
/// frame t + 1. Currents of several parts add up.
package struct Intervention: Equatable, Sendable {
  /// What is done.
  package enum Deed: Equatable, Sendable {
    /// The rates are held at a value.
    case clamp(Double)
    /// A current is added to the inputs, in the units of `W r`.
    case drive(Double)
  }

  /// One deed to some neurons.
  package struct Part: Equatable, Sendable {
    package let deed: Deed
    /// In ascending order.
    package let neurons: [Int]
    package let frames: Range<Int>

    package init(_ deed: Deed, neurons: [Int], frames: Range<Int>) {
      self.deed = deed
      self.neurons = neurons.sorted()
      self.frames = frames
    }
  }

  /// What is done to which neurons and when; of two clamps of a neuron the later one holds.
  package let parts: [Part]

  package init(_ parts: [Part] = []) { self.parts = parts }

  /// Sets the rates of `neurons` that are held in frame `t`.
  func hold<S: Scalar>(_ rates: inout [S], of neurons: Range<Int>, frame t: Int) {
    for part in parts where part.frames.contains(t) {
      guard case .clamp(let rate) = part.deed else { continue }
      for neuron in part.neurons where neurons.contains(neuron) {
        rates[neuron - neurons.lowerBound] = S(rate)
      }
    }
  }

  /// Adds what drives `neurons` in step `t`.
  func drive<S: Scalar>(_ currents: inout [S], of neurons: Range<Int>, step t: Int) {
    for part in parts where part.frames.contains(t) {
      guard case .drive(let current) = part.deed else { continue }
      for neuron in part.neurons where neurons.contains(neuron) {
        currents[neuron - neurons.lowerBound] += S(current)
      }
    }
  }
}

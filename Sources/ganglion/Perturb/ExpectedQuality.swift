internal import Foundation

/// How well a fit foresees responses, as simulations with known truth say.
///
/// It is that of networks like the one that is fitted, all of whose cells are seen: an upper bound
/// of what a real recording allows. The correlation of the responses of fitted and true network over all pulses and all other
/// cells, medians over seeds of chaotic networks, by fitted frames for each neuron and frames
/// ahead: Sources/Benchmarks/results/choices/perturbation.md.
struct ExpectedQuality: Equatable {
  let correlation: Double
  /// Fitted frames for each neuron, and frames ahead, of the simulation.
  let framesPerNeuron: Double
  let ahead: Int

  private static let measured = [
    (2.4, [(1, 0.49), (3, 0.50), (10, 0.45)]), (8, [(1, 0.87), (3, 0.88), (10, 0.86)]),
    (24, [(1, 1.00), (3, 1.00), (10, 1.00)]),
  ].flatMap { frames, row in
    row.map { ExpectedQuality(correlation: $1, framesPerNeuron: frames, ahead: $0) }
  }

  private init(correlation: Double, framesPerNeuron: Double, ahead: Int) {
    self.correlation = correlation
    self.framesPerNeuron = framesPerNeuron
    self.ahead = ahead
  }

  /// The simulation that is nearest, both as ratios.
  init(frames: Int, neurons: Int, ahead: Int) {
    let framesPerNeuron = Double(frames) / Double(neurons)
    func distance(_ other: ExpectedQuality) -> Double {
      abs(log(framesPerNeuron / other.framesPerNeuron))
        + abs(log(Double(ahead) / Double(other.ahead)))
    }
    let nearest = Self.measured.min { distance($0) < distance($1) }
    self = nearest ?? Self.measured[0]
  }

  /// As a table ends with it.
  var text: String {
    "expected: in simulations with \(String(format: "%.3g", framesPerNeuron)) fitted frames a neuron,"
      + " predicted and true responses of the other cells \(ahead) frames ahead correlate at"
      + " \(String(format: "%.2f", correlation))"
  }
}
